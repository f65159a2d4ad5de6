import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import plugin from '@typescript-eslint/eslint-plugin';
import { ESLint, type Linter } from 'eslint';
import { expect, test } from 'vitest';

// The layout is kept by lint; these are the mistakes that it must catch.
const mistakes: [string, string, string, RegExp][] = [
  [
    'model imports a layer above',
    'src/model/secrets/reference.ts',
    "import '../../errors.ts';",
    /model is pure/,
  ],
  ['model imports a package', 'src/model/secrets/reference.ts', "import 'yaml';", /model is pure/],
  [
    'model loads on demand',
    'src/model/roles/trust.ts',
    "await import('./policy.ts');",
    /model is pure/,
  ],
  [
    'an operation calls the SDK',
    'src/operations/secrets/put-secret.ts',
    "import '@aws-sdk/client-ssm';",
    /operations import/,
  ],
  [
    'an operation imports aws itself',
    'src/operations/secrets/put-secret.ts',
    "import { createAws } from '../../aws/index.ts'; createAws({});",
    /types only/,
  ],
  [
    'an operation imports a command',
    'src/operations/secrets/put-secret.ts',
    "import '../../commands/secrets/put.ts';",
    /operations import/,
  ],
  [
    'a command calls the SDK',
    'src/commands/secrets/put.ts',
    "import '@aws-sdk/client-ssm';",
    /commands import/,
  ],
  [
    'a command imports the sandbox',
    'src/commands/secrets/put.ts',
    "import '../../sandbox/index.ts';",
    /commands import/,
  ],
  [
    'a command loads the sandbox',
    'src/commands/secrets/put.ts',
    "await import('../../sandbox/index.ts');",
    /commands import/,
  ],
  [
    'main loads the sandbox',
    'src/main.ts',
    "await import('./sandbox/index.ts');",
    /but its command/,
  ],
  ['a command imports chalk', 'src/commands/secrets/put.ts', "import 'chalk';", /commands import/],
  [
    'aws imports a command',
    'src/aws/kms.ts',
    "import '../commands/secrets/put.ts';",
    /aws knows nothing/,
  ],
  [
    'aws imports commander',
    'src/aws/kms.ts',
    "import '@commander-js/extra-typings';",
    /aws knows nothing/,
  ],
  [
    'the sandbox imports an operation',
    'src/sandbox/sts.ts',
    "import '../operations/secrets/put-secret.ts';",
    /nothing of the product/,
  ],
  [
    'the sandbox imports errors',
    'src/sandbox/ecs/tasks/agent.ts',
    "import '../../../errors.ts';",
    /nothing of the product/,
  ],
  [
    'the sandbox reads JSON secrets as the product does',
    'src/sandbox/ecs/tasks/fetch-secrets.ts',
    "import '../../../model/secrets/agent-json.ts';",
    /written twice/,
  ],
  [
    'the sandbox takes the limits of the product',
    'src/sandbox/ssm/put.ts',
    "import '../../model/secrets/secret-rules.ts';",
    /written twice/,
  ],
  [
    'the sandbox words failures as the product knows them',
    'src/sandbox/ecs/tasks/start-failures.ts',
    "import '../../../model/failures/start-failures.ts';",
    /written twice/,
  ],
  [
    'a subject of the model uses a later one',
    'src/model/secrets/reference.ts',
    "import type { Deployment } from '../usage/deployment.ts'; export type A = Deployment;",
    /secrets comes before/,
  ],
  [
    'an operation uses a later subject',
    'src/operations/roles/check-role.ts',
    "import '../starts/verify.ts';",
    /roles comes before/,
  ],
  [
    'an operation uses the model of a later subject',
    'src/operations/usage/scan.ts',
    "import '../../model/rollout/rollout.ts';",
    /usage comes before/,
  ],
  [
    'a command loads the operation of a later subject',
    'src/commands/rollout/rotate.ts',
    "await import('../../operations/plaintext/audit.ts');",
    /rollout comes before/,
  ],
  [
    'the root of a layer uses a subject',
    'src/operations/read-source.ts',
    "import './secrets/put-secret.ts';",
    /root of a layer/,
  ],
  ['main calls the SDK', 'src/main.ts', "import '@aws-sdk/client-ssm';", /Only src\/aws/],
  [
    'somebody prints',
    'src/commands/secrets/put.ts',
    "console.log('x');",
    /no-console|Unexpected console/,
  ],
  [
    'somebody reads process',
    'src/operations/secrets/put-secret.ts',
    'export const a = process.env.A;',
    /Only src\/terminal.ts/,
  ],
  [
    'somebody reveals a value',
    'src/operations/secrets/put-secret.ts',
    'export const a = (v: { reveal(): string }) => v.reveal();',
    /revealed only/,
  ],
];

// Types of the whole project take longer to load than all else here, and these rules need none.
const untyped = plugin.configs['flat/disable-type-checked'] as Linter.Config;
const eslint = new ESLint({ overrideConfig: { ...untyped, files: ['**/*.ts'] } });

async function messagesOf(linter: ESLint, code: string, filePath: string): Promise<string[]> {
  const [result] = await linter.lintText(`${code}\n`, { filePath });
  return result!.messages.map((found) => `${found.ruleId ?? ''} ${found.message}`);
}

test.each(mistakes)('lint catches it when %s', async (_what, filePath, code, message) => {
  expect((await messagesOf(eslint, code, filePath)).join('\n')).toMatch(message);
});

test('lint catches it when a promise is forgotten', async () => {
  // A project of this file alone: the rules are ours, the types no more than those of the language.
  const filePath = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const project = join(await mkdtemp(join(tmpdir(), 'ecs-secrets-')), 'tsconfig.json');
  await writeFile(project, JSON.stringify({ compilerOptions: { types: [] }, files: [filePath] }));
  const parserOptions = {
    projectService: false,
    project,
    // With CI=true the parser takes the text from the disk, not the one given here.
    disallowAutomaticSingleRunInference: true,
  };
  const typed = new ESLint({
    overrideConfig: { files: ['src/main.ts'], languageOptions: { parserOptions } },
  });
  expect((await messagesOf(typed, 'Promise.resolve(1);', filePath)).join('\n')).toMatch(
    /no-floating-promises Promises must be awaited/,
  );
});

test('lint leaves the right thing alone', async () => {
  const code =
    "import type { Aws } from '../../aws/index.ts';\nimport type { Reference } from '../../model/secrets/reference.ts';\n\nexport type A = [Aws, Reference];";
  expect(await messagesOf(eslint, code, 'src/operations/usage/scan.ts')).toEqual([]);
});
