// Bundles src: no dependencies are left, and what is loaded on demand is a file of its own.
// What a start needs together lies in one file: every further module costs Node about a millisecond.
// The format is CommonJS: for an ES module Node starts a loader of its own, and reads every export of a module of Node
// that is imported, which from 22 on loads undici with node:http.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { raw } from './raw.mjs';
import { unused } from './unused.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes the chunks of the program into a folder; what rolldown tells about them. `main.js` is the one to load.
 */
export async function writeBundle(dir) {
  const bundle = await rolldown({
    cwd: root,
    input: 'src/main.ts',
    platform: 'node',
    plugins: [unused, raw],
    transform: {
      target: 'node20.19',
      define: {
        // The SDK's notice about coming Node versions is for those who choose the SDK's version: us.
        'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
      },
    },
    // The ES modules of a package leave out what is not used; its CommonJS form cannot.
    resolve: { mainFields: ['module', 'main'] },
  });
  const { output } = await bundle.write({
    dir,
    format: 'cjs',
    // A chunk that is loaded on demand is required as well.
    dynamicImportInCjs: false,
    minify: true,
    comments: false,
    codeSplitting: {
      groups: [
        { name: 'start', test: atEveryStart, priority: 3 },
        { name: 'common', test: withEveryCommand, priority: 2 },
        { name: 'sdk', test: withEveryClient, priority: 1 },
      ],
    },
  });
  await bundle.close();
  // The package is one of ES modules.
  await writeFile(join(dir, 'package.json'), '{ "type": "commonjs" }\n');
  return output;
}

// --- internal ---

const atEveryStart =
  /node_modules.@?commander|src.(main|program|access-options|cli|project|project-file|project-options|model.project.file-name|option-values|safe-output|safe-writes|errors|terminal|commands.index|aws.index)\.ts|package\.json$/;
const withEveryClient =
  /node_modules.(@aws-sdk.(core|credential-provider-(node|env))|@smithy.(core|node-http-handler|signature-v4|types)|@aws[/\\])|src.aws.access.(access|profiles|settings|connections|proxy|credentials|credential-sources|profile-credentials|credentials-error|memoized)\.ts/;

const withEveryCommand =
  /src.(model.(problems|nearest|secrets.(missing-key|prefix|variable-name|reference|partition|shown-text|harmless-values|secret-value|secret-rules|generate|agent-json))|operations.(until-interrupted|if-allowed|parameter-store-of|secrets.(missing-value|put-parameter|put-stored-secret|list-secrets|read-values))|commands.(minute|short-arn|table|reference-argument|secrets.(store-option|value-source|mask))|aws.calls.(client|translate-error|pacer|call-limit|journal|repeat|known-values|values-in|decodings|check-answer|needed-members|unreadable-answer)|aws.access.not-sent)\.ts$/;
