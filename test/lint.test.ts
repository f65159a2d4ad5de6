import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

// The layout is kept by lint; these are the mistakes that it must catch.
const mistakes: [string, string, string, RegExp][] = [
  [
    'model imports a layer above',
    'src/model/reference.ts',
    "import '../errors.ts';",
    /model is pure/,
  ],
  ['model imports a package', 'src/model/reference.ts', "import 'yaml';", /model is pure/],
  [
    'model loads on demand',
    'src/model/reference.ts',
    "await import('./policy.ts');",
    /model is pure/,
  ],
  [
    'an operation calls the SDK',
    'src/operations/put-secret.ts',
    "import '@aws-sdk/client-ssm';",
    /operations import/,
  ],
  [
    'an operation imports aws itself',
    'src/operations/put-secret.ts',
    "import { createAws } from '../aws/index.ts'; createAws({});",
    /types only/,
  ],
  [
    'an operation imports a command',
    'src/operations/put-secret.ts',
    "import '../commands/put.ts';",
    /operations import/,
  ],
  [
    'a command calls the SDK',
    'src/commands/put.ts',
    "import '@aws-sdk/client-ssm';",
    /commands import/,
  ],
  [
    'a command imports the sandbox',
    'src/commands/put.ts',
    "import '../sandbox/index.ts';",
    /commands import/,
  ],
  [
    'a command loads the sandbox',
    'src/commands/put.ts',
    "await import('../sandbox/index.ts');",
    /but its command/,
  ],
  ['a command imports chalk', 'src/commands/put.ts', "import 'chalk';", /commands import/],
  ['aws imports a command', 'src/aws/kms.ts', "import '../commands/put.ts';", /aws knows nothing/],
  [
    'aws imports commander',
    'src/aws/kms.ts',
    "import '@commander-js/extra-typings';",
    /aws knows nothing/,
  ],
  [
    'the sandbox imports an operation',
    'src/sandbox/sts.ts',
    "import '../operations/put-secret.ts';",
    /nothing of the product/,
  ],
  [
    'the sandbox imports errors',
    'src/sandbox/sts.ts',
    "import '../errors.ts';",
    /nothing of the product/,
  ],
  ['main calls the SDK', 'src/main.ts', "import '@aws-sdk/client-ssm';", /Only src\/aws/],
  ['somebody prints', 'src/commands/put.ts', "console.log('x');", /no-console|Unexpected console/],
  [
    'somebody reads process',
    'src/operations/put-secret.ts',
    'export const a = process.env.A;',
    /Only src\/terminal.ts/,
  ],
  [
    'somebody reveals a value',
    'src/operations/put-secret.ts',
    'export const a = (v: { reveal(): string }) => v.reveal();',
    /revealed only/,
  ],
  ['a promise is forgotten', 'src/main.ts', 'Promise.resolve(1);', /Promises must be awaited/],
];

const eslint = new ESLint();

test.each(mistakes)('lint catches it when %s', async (_what, filePath, code, message) => {
  const [result] = await eslint.lintText(`${code}\n`, { filePath });
  expect(
    result?.messages.map((found) => `${found.ruleId ?? ''} ${found.message}`).join('\n'),
  ).toMatch(message);
});

test('lint leaves the right thing alone', async () => {
  const code = "import type { Aws } from '../aws/index.ts';\n\nexport type A = Aws;\n";
  const [result] = await eslint.lintText(code, { filePath: 'src/operations/put-secret.ts' });
  expect(result?.messages).toEqual([]);
});
