// The least program that puts a parameter with the SDK, bundled as ours is: what of a `put` is the SDK's.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const source = `
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
export async function main(Name) {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const Value = Buffer.concat(chunks).toString();
  const client = new SSMClient({});
  await client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString' }));
}`;

/**
 * Writes it into a folder. Returns the path of its script, which takes the name of a parameter as its argument and
 * the value from standard input.
 */
export async function bundleSdkAlone(dir) {
  const bundle = await rolldown({
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    input: 'sdk-alone',
    platform: 'node',
    plugins: [
      {
        name: 'source',
        resolveId: (id) => (id === 'sdk-alone' ? `${import.meta.dirname}/sdk-alone.js` : null),
        load: (id) => (id.endsWith('bench/sdk-alone.js') ? source : null),
      },
    ],
    resolve: { mainFields: ['module', 'main'] },
  });
  await bundle.write({
    dir,
    format: 'cjs',
    dynamicImportInCjs: false,
    minify: true,
    comments: false,
    entryFileNames: 'main.js',
  });
  await bundle.close();
  await writeFile(join(dir, 'package.json'), '{ "type": "commonjs" }\n');
  const start = join(dir, 'start.js');
  const lines = [
    "require('node:module').enableCompileCache?.();",
    "require('./main.js').main(process.argv[2]);",
  ];
  await writeFile(start, `${lines.join('\n')}\n`);
  return start;
}
