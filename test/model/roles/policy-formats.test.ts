import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { executionPolicy } from '../../../src/model/roles/execution-policy.ts';
import { formatPolicy } from '../../../src/model/roles/policy-formats.ts';
import type { PolicyDocument } from '../../../src/model/roles/policy.ts';

const name = 'EcsSecretsExecutionPolicy';
const here = 'us-east-1:123456789012';
const key = `arn:aws:kms:${here}:key/11111111-2222-3333-4444-555555555555`;
const shop = executionPolicy(
  [
    { store: 'parameter-store', arn: `arn:aws:ssm:${here}:parameter/shop/db`, kmsKeyArn: key },
    { store: 'parameter-store', arn: `arn:aws:ssm:${here}:parameter/shop/api` },
    { store: 'secrets-manager', arn: `arn:aws:secretsmanager:${here}:secret:a-??????` },
  ],
  [{ objectArn: 'arn:aws:s3:::shop/web.env' }],
)!;

/** Texts that mean something in one of the languages, or look as if they did. */
const texts = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.stringMatching(/^arn:aws:ssm:[a-z]{1,5}:parameter\/[\w+=.@!/-]{1,40}$/),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['${aws:username}', '%{ if x }', '$${x}', '$', '%', '${', '#', ' # x', ': ', '- x', '!x'],
      ...['"', "'", '\\', '\\n', 'a\nb', '\t', '', ' ', '*', '&x', '|', '>', '{}', '[]', '<<EOT'],
      ...['true', 'null', '1e3', '0x1', '~', '---', '...', 'é', '😀', '\u0001', '//', '/*'],
    ),
  },
);
const lists = fc.array(texts, { minLength: 1, maxLength: 4 });
const statements = fc.record(
  {
    Sid: fc.stringMatching(/^[A-Za-z0-9]{1,12}$/),
    Effect: fc.constant('Allow' as const),
    Action: fc.oneof(texts, lists),
    Resource: lists,
    Condition: fc.dictionary(
      fc.constantFrom('StringEquals', 'StringLike', 'ArnLike', 'ForAnyValue:StringEquals'),
      fc.dictionary(
        fc.constantFrom('kms:ViaService', 'kms:EncryptionContext:SecretARN', 'aws:ResourceTag/a.b'),
        fc.oneof(texts, lists),
        { minKeys: 1 },
      ),
      { minKeys: 1 },
    ),
  },
  { requiredKeys: ['Sid', 'Effect', 'Action', 'Resource'] },
);
const documents: fc.Arbitrary<PolicyDocument> = fc
  .array(statements, { minLength: 1, maxLength: 4 })
  .map((Statement) => ({ Version: '2012-10-17', Statement }));

describe('a policy as JSON', () => {
  test('is the document', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(JSON.parse(formatPolicy(document, 'json', name))).toEqual(document);
      }),
    );
  });

  test('is indented', () => {
    expect(formatPolicy(shop, 'json', name).split('\n').slice(0, 3)).toEqual([
      '{',
      '  "Version": "2012-10-17",',
      '  "Statement": [',
    ]);
  });
});

describe('a policy for CloudFormation', () => {
  test('is a resource with the document', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(parse(formatPolicy(document, 'cloudformation', name), { strict: true })).toEqual({
          Resources: {
            [name]: {
              Type: 'AWS::IAM::ManagedPolicy',
              Properties: { PolicyDocument: document },
            },
          },
        });
      }),
    );
  });

  test('is YAML of the older version too, which CloudFormation reads', () => {
    const text = formatPolicy(shop, 'cloudformation', name);
    expect(parse(text, { version: '1.1' })).toEqual(parse(text));
  });

  test('stands under the name that it is given', () => {
    expect(formatPolicy(shop, 'cloudformation', 'Other')).toMatch(
      /^Resources:\n {2}Other:\n {4}Type: /,
    );
  });
});

describe('a policy for Terraform', () => {
  test('is a data source with a statement each', () => {
    const document = executionPolicy([
      { store: 'secrets-manager', arn: `arn:aws:secretsmanager:${here}:secret:a`, kmsKeyArn: key },
    ])!;
    expect(formatPolicy(document, 'terraform', name)).toBe(
      `data "aws_iam_policy_document" "ecs_secrets_execution_policy" {
  statement {
    sid       = "ReadSecrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["arn:aws:secretsmanager:us-east-1:123456789012:secret:a"]
  }

  statement {
    sid       = "DecryptSecrets1"
    actions   = ["kms:Decrypt"]
    resources = ["${key}"]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.us-east-1.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:SecretARN"
      values   = ["arn:aws:secretsmanager:us-east-1:123456789012:secret:a"]
    }
  }
}`,
    );
  });

  test('holds the document', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const [data, ...more] = readBlocks(formatPolicy(document, 'terraform', name));
        expect(more).toEqual([]);
        expect(data?.head).toBe('data "aws_iam_policy_document" "ecs_secrets_execution_policy"');
        expect(data?.attributes).toEqual({});
        expect(data?.blocks.map(statementIn)).toEqual(document.Statement.map(asTerraform));
      }),
    );
  });

  // Terraform itself, where it is on PATH. The data source is of a provider that would have to be
  // downloaded, so it is not evaluated: the syntax of the whole is checked, and what the texts mean.
  const hasTerraform = terraform(['version']).status === 0;

  test.runIf(hasTerraform)('is HCL to Terraform', () => {
    const samples = fc.sample(documents, { numRuns: 20, seed: 1 });
    const text = [shop, ...samples]
      .map((document, index) => formatPolicy(document, 'terraform', `Policy${index}`))
      .join('\n\n');
    const { status, stdout, stderr } = terraform(['fmt', '-no-color', '-'], text);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    // Whatever it aligns otherwise, it finds the same in it.
    expect(readBlocks(stdout)).toEqual(readBlocks(text));
    expect(terraform(['fmt', '-'], `${text.slice(0, -1)}]`).status).not.toBe(0);
  });

  test.runIf(hasTerraform)('means the same texts to Terraform', () => {
    const samples = [shop, ...fc.sample(documents, { numRuns: 40, seed: 2 })];
    // The right sides of all attributes, as written.
    const written = samples.map((document) => {
      const text = formatPolicy(document, 'terraform', name);
      const right = /^ *\w+ *= (".*"|\[.*\]|\[\n(?: *".*",\n)+ *\])$/gm;
      return `[${[...text.matchAll(right)].map(([, value = '']) => value).join(',\n')}]`;
    });
    const file = `locals {\n  policies = [\n${written.join(',\n')}\n  ]\n}\n`;
    const question = 'base64encode(jsonencode(local.policies))\n';
    const { stdout, stderr } = terraform(['console', '-no-color'], question, file);
    expect(stdout, stderr).toMatch(/^"[\w+/=]+"\n$/);
    const read: unknown = JSON.parse(
      Buffer.from(JSON.parse(stdout) as string, 'base64').toString(),
    );
    expect(read).toEqual(
      samples.map(({ Statement }) =>
        Statement.map(asTerraform).flatMap(({ attributes, conditions }) => [
          ...Object.values(attributes),
          ...conditions.flatMap((condition) => Object.values(condition)),
        ]),
      ),
    );
  });
});

// --- what Terraform's files say ---

interface Block {
  head: string;
  attributes: Record<string, string | string[]>;
  blocks: Block[];
}

const listOf = (value: string | readonly string[]): string[] =>
  typeof value === 'string' ? [value] : [...value];

/** A statement as the data source is given it; `effect` is Allow where it is left out. */
function asTerraform({
  Sid,
  Action,
  Resource,
  Condition = {},
}: PolicyDocument['Statement'][number]) {
  return {
    attributes: { sid: Sid, actions: listOf(Action), resources: Resource! },
    conditions: Object.entries(Condition).flatMap(([operator, entries]) =>
      Object.entries(entries).map(([variable, values]) => ({
        ...{ test: operator, variable },
        values: listOf(values),
      })),
    ),
  };
}

function statementIn({ head, attributes, blocks }: Block): unknown {
  expect([head, ...blocks.map((block) => block.head)]).toEqual([
    'statement',
    ...blocks.map(() => 'condition'),
  ]);
  expect(blocks.flatMap((block) => block.blocks)).toEqual([]);
  return { attributes, conditions: blocks.map((block) => block.attributes) };
}

/** Reads the part of HCL that is written here: blocks, and attributes with texts and lists of texts. */
function readBlocks(text: string): Block[] {
  const tokens = text.match(/"(?:\\.|[^"\\\n])*"|\w+|[^\s\w]/g) ?? [];
  let at = 0;
  const next = (): string => tokens[at++] ?? 'the end';
  const must = (wanted: string): void => {
    expect(next()).toBe(wanted);
  };
  const quoted = (token: string): string => {
    expect(token).toMatch(/^"/);
    // A template would be evaluated.
    expect(token.replace(/\$\$\{|%%\{/g, '')).not.toMatch(/[$%]\{/);
    return (JSON.parse(token) as string).replace(/([$%])\1\{/g, '$1{');
  };
  const value = (): string | string[] => {
    const first = next();
    if (first !== '[') return quoted(first);
    const values: string[] = [];
    for (let token = next(); token !== ']'; token = next()) {
      values.push(quoted(token));
      if (tokens[at] !== ']') must(',');
    }
    return values;
  };
  const body = (end: string): Block => {
    const block: Block = { head: '', attributes: {}, blocks: [] };
    while (at < tokens.length && tokens[at] !== end) {
      const words = [next()];
      while (tokens[at] !== '{' && tokens[at] !== '=' && at < tokens.length) words.push(next());
      if (next() === '=') {
        expect(words).toEqual([expect.stringMatching(/^\w+$/)]);
        expect(block.attributes).not.toHaveProperty(words[0]!);
        block.attributes[words[0]!] = value();
      } else {
        block.blocks.push({ ...body('}'), head: words.join(' ') });
        must('}');
      }
    }
    return block;
  };
  return body('the end').blocks;
}

/** Runs it in a folder with at most this file. */
function terraform(argv: readonly string[], stdin = '', file?: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'ecs-secrets-'));
  try {
    if (file !== undefined) writeFileSync(join(cwd, 'main.tf'), file);
    return spawnSync('terraform', argv, { cwd, input: stdin, encoding: 'utf8' });
  } finally {
    rmSync(cwd, { recursive: true });
  }
}
