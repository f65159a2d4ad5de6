import { describe, expect, it } from 'vitest';
import {
  editTaskDefinition,
  parseAssignment,
  unshownReferences,
  type Edits,
} from '../../../src/model/definitions/task-definition-edit.ts';
import {
  parseTaskDefinition,
  type TaskDefinition,
} from '../../../src/model/definitions/task-definition.ts';
import { InvalidInput } from '../../../src/model/problems.ts';
import type { Store } from '../../../src/model/secrets/reference.ts';
import { problemsOf } from '../problems-of.ts';

const one = parseTaskDefinition({
  family: 'web',
  containerDefinitions: [
    {
      name: 'web',
      image: 'nginx:1',
      secrets: [
        { name: 'A', valueFrom: '/old/a', note: 'kept' },
        { name: 'B', valueFrom: '/old/b' },
      ],
      logConfiguration: {
        logDriver: 'splunk',
        options: { 'splunk-url': 'https://splunk.example.com' },
        secretOptions: [{ name: 'splunk-token', valueFrom: '/old/token' }],
      },
    },
  ],
});
const two = parseTaskDefinition({
  family: 'web',
  containerDefinitions: [
    { name: 'web', image: 'nginx:1' },
    { name: 'side', image: 'envoy:1', logConfiguration: { logDriver: 'awsfirelens' } },
  ],
});

function edit(
  original: TaskDefinition,
  edits: Partial<Edits>,
  store: Store = 'parameter-store',
): TaskDefinition {
  return editTaskDefinition(
    original,
    { images: [], secrets: [], secretOptions: [], ...edits },
    store,
  );
}

/** The hint of the refusal. */
function hintOf(refuse: () => unknown): string | undefined {
  try {
    refuse();
  } catch (error) {
    if (error instanceof InvalidInput) return error.hint;
    throw error;
  }
  return undefined;
}

describe('edits of a task definition', () => {
  it('change nothing where none are given', () => {
    expect(edit(one, {})).toEqual(one);
  });

  it('set family and execution role', () => {
    expect(edit(one, { family: 'api', executionRoleArn: 'exec' })).toEqual({
      ...one,
      family: 'api',
      executionRoleArn: 'exec',
    });
  });

  it('set task role, cpu and memory', () => {
    const size = { taskRoleArn: 'task', cpu: '256', memory: '512' };
    expect(edit(one, size)).toEqual({ ...one, ...size });
    expect(edit({ ...one, ...size }, { memory: '1024' })).toEqual({
      ...one,
      ...size,
      memory: '1024',
    });
  });

  it('set tags besides those that are there', () => {
    const a = { key: 'a', value: '1' };
    const tagged = parseTaskDefinition({ ...one, tags: [a, { key: 'b', value: '2' }] });
    const tags = [
      { key: 'c', value: '3' },
      { key: 'b', value: '4' },
    ];
    expect(edit(tagged, { tags }).tags).toEqual([a, { key: 'b', value: '4' }, tags[0]]);
    expect(edit(one, { tags: [a] }).tags).toEqual([a]);
    expect(edit(tagged, { tags: [] }).tags).toEqual(tagged.tags);
    expect(edit(one, { tags: [] })).not.toHaveProperty('tags');
  });

  it('never touch the original', () => {
    const before = structuredClone(one);
    edit(one, {
      family: 'api',
      executionRoleArn: 'exec',
      images: ['nginx:2'],
      secrets: ['A=/new/a', 'C=/new/c'],
      secretOptions: ['splunk-token=/new/token'],
    });
    expect(one).toEqual(before);
  });

  it.each([
    ['nginx:2', 'nginx:2'],
    ['web=nginx:2', 'nginx:2'],
    ['web=repo/app@sha256:abc=', 'repo/app@sha256:abc='],
  ])('--image %s', (written, image) => {
    expect(edit(one, { images: [written] }).containerDefinitions[0]?.image).toBe(image);
  });

  it('--image for each of several containers', () => {
    const { containerDefinitions } = edit(two, { images: ['side=envoy:2', 'web=nginx:2'] });
    expect(containerDefinitions.map(({ image }) => image)).toEqual(['nginx:2', 'envoy:2']);
  });

  it('--secret replaces in place and adds at the end', () => {
    const { containerDefinitions } = edit(one, { secrets: ['C=sm:db:user', 'A=/new/a'] });
    expect(containerDefinitions[0]?.secrets).toEqual([
      { name: 'A', valueFrom: 'ssm:/new/a', note: 'kept' },
      { name: 'B', valueFrom: '/old/b' },
      { name: 'C', valueFrom: 'sm:db:user' },
    ]);
  });

  it('--secret given twice for one name is refused', () => {
    expect(problemsOf(() => edit(two, { secrets: ['web:A=/a', 'web:A=/b/c'] }))).toEqual([
      '--secret web:A=/b/c: set twice',
    ]);
  });

  it('--image and --secret-option given twice are refused, and the same in two containers is not', () => {
    const options = ['side:a=/a', 'side:b=/b', 'side:a=/c'];
    expect(
      problemsOf(() => edit(two, { images: ['web=a', 'side=a', 'web=b'], secretOptions: options })),
    ).toEqual(['--image web=b: set twice', '--secret-option side:a=/c: set twice']);
    const secrets = ['web:A=/a', 'side:A=/a', 'side:B=/a'];
    expect(problemsOf(() => edit(two, { secrets, secretOptions: ['side:A=/a'] }))).toEqual([]);
  });

  it('--secret takes the place of a plain value', () => {
    const [web] = two.containerDefinitions;
    const plain = (...names: string[]) => names.map((name) => ({ name, value: 'x' }));
    const with2 = { ...two, containerDefinitions: [{ ...web!, environment: plain('A', 'B') }] };
    const environmentAfter = (secret: string) =>
      edit(with2, { secrets: [secret] }).containerDefinitions[0]?.environment;
    expect(environmentAfter('A=/a')).toEqual(plain('B'));
    expect(environmentAfter('C=/a')).toEqual(plain('A', 'B'));
    const [alone] = edit(one, { secrets: ['C=/a'] }).containerDefinitions;
    expect(alone).not.toHaveProperty('environment');
  });

  it('--remove-secret removes one, and the list with the last', () => {
    const [web] = edit(one, { removeSecrets: ['A'] }).containerDefinitions;
    expect(web?.secrets).toEqual([{ name: 'B', valueFrom: '/old/b' }]);
    const [bare] = edit(one, { removeSecrets: ['web:A', 'B'] }).containerDefinitions;
    expect(bare).not.toHaveProperty('secrets');
  });

  it.each([
    [one, 'C', '--remove-secret C: container "web" has no secret "C"'],
    [two, 'web:A', '--remove-secret web:A: container "web" has no secret "A"'],
    [two, 'A', '--remove-secret A: name a container; the task definition has web, side'],
    [two, 'db:A', '--remove-secret db:A: there is no container "db"; there are web, side'],
    [one, 'A=hunter2', '--remove-secret A=…: container "web" has no secret "A=…"'],
  ])('of %# refuse --remove-secret %s', (definition, written, problem) => {
    expect(problemsOf(() => edit(definition, { removeSecrets: [written] }))).toEqual([problem]);
  });

  it('--exclusive-secrets keeps only what --secret sets', () => {
    const edits = { exclusiveSecrets: true, secrets: ['B=/new/b'] };
    expect(edit(one, edits).containerDefinitions[0]?.secrets).toEqual([
      { name: 'B', valueFrom: 'ssm:/new/b' },
    ]);
    const [bare] = edit(one, { exclusiveSecrets: true }).containerDefinitions;
    expect(bare).not.toHaveProperty('secrets');
  });

  it('--secret for a named container leaves the others alone', () => {
    const { containerDefinitions } = edit(two, { secrets: ['side:TOKEN=/shop/token'] });
    expect(containerDefinitions).toEqual([
      two.containerDefinitions[0],
      {
        ...two.containerDefinitions[1],
        secrets: [{ name: 'TOKEN', valueFrom: 'ssm:/shop/token' }],
      },
    ]);
  });

  it.each([
    ['db', 'parameter-store', 'ssm:db'],
    ['db:user', 'secrets-manager', 'sm:db:user'],
    ['ssm:/a/b', 'secrets-manager', 'ssm:/a/b'],
    ['/single', 'parameter-store', 'ssm:single'],
    [
      'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf:user::',
      'parameter-store',
      'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf:user::',
    ],
  ] as const)('--secret X=%s (bare names: %s) becomes %s', (written, store, valueFrom) => {
    const { containerDefinitions } = edit(two, { secrets: [`web:X=${written}`] }, store);
    expect(containerDefinitions[0]?.secrets).toEqual([{ name: 'X', valueFrom }]);
  });

  it('--secret-option keeps the rest of the log configuration', () => {
    const { containerDefinitions } = edit(one, {
      secretOptions: ['splunk-token=/new/token', 'web:other=x'],
    });
    expect(containerDefinitions[0]?.logConfiguration).toEqual({
      ...one.containerDefinitions[0]?.logConfiguration,
      secretOptions: [
        { name: 'splunk-token', valueFrom: 'ssm:/new/token' },
        { name: 'other', valueFrom: 'ssm:x' },
      ],
    });
  });

  it.each([
    [
      { images: ['nginx:2'] },
      '--image nginx:2: name a container; the task definition has web, side',
    ],
    [{ secrets: ['A=/a'] }, '--secret A=/a: name a container; the task definition has web, side'],
    [
      { secretOptions: ['a=/a'] },
      '--secret-option a=/a: name a container; the task definition has web, side',
    ],
    [
      { images: ['db=nginx:2'] },
      '--image db=nginx:2: there is no container "db"; there are web, side',
    ],
    [{ secrets: ['db:A=/a'] }, '--secret db:A=/a: there is no container "db"; there are web, side'],
    [
      { secretOptions: ['Web:a=/a'] },
      '--secret-option Web:a=/a: there is no container "Web"; there are web, side',
    ],
    [
      { secretOptions: ['web:a=/a'] },
      '--secret-option web:a=/a: container "web" has no logConfiguration to set it in',
    ],
    [{ images: ['=nginx:2'] }, '--image =nginx:2: there is no container ""; there are web, side'],
    [{ images: ['web='] }, '--image web=: it is not [CONTAINER=]URI'],
    [{ secrets: ['web:A'] }, '--secret …: it is not [CONTAINER:]NAME=REFERENCE'],
    [
      { secretOptions: ['web:=/a'] },
      '--secret-option web:=/a: it is not [CONTAINER:]NAME=REFERENCE',
    ],
    [{ secrets: ['web:A=a b'] }, '--secret web:A=…: the text after "=" is not a reference'],
    [{ secretOptions: ['side:a=/a/'] }, 'parameter name "/a/" must not end with "/"'],
  ])('refuse %j', (edits, problem) => {
    expect(problemsOf(() => edit(two, edits))).toEqual([problem]);
  });

  it.each([
    [
      { secrets: ['web:A=a b'] },
      '--secret takes a reference, never a value: [CONTAINER:]NAME=REF with REF like /path/NAME, sm:NAME:KEY or an ARN; ecs-secrets put stores a value',
    ],
    [
      { secretOptions: ['side:a=/a/'] },
      '--secret-option takes a reference, never a value: [CONTAINER:]NAME=REF with REF like /path/NAME, sm:NAME:KEY or an ARN; ecs-secrets put stores a value',
    ],
    [
      { secrets: ['web:A=arn:aws:s3:::b'] },
      'arn:PARTITION:ssm:REGION:ACCOUNT:parameter/NAME or arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX[:KEY:STAGE:VERSION]',
    ],
  ])('refuse %j with a hint', (edits, hint) => {
    expect(hintOf(() => edit(two, edits))).toBe(hint);
  });

  it('are refused with all their problems at once', () => {
    const edits = {
      images: ['nginx:2', 'db=x'],
      secrets: ['A', 'db:A=/a', 'web:A=a//b', 'side:GOOD=/good'],
      secretOptions: ['web:a=/a', 'side:b=c/d'],
    };
    expect(problemsOf(() => edit(two, edits))).toEqual([
      '--image nginx:2: name a container; the task definition has web, side',
      '--image db=x: there is no container "db"; there are web, side',
      '--secret …: it is not [CONTAINER:]NAME=REFERENCE',
      '--secret db:A=/a: there is no container "db"; there are web, side',
      '--secret web:A=…: the text after "=" is not a reference',
      '--secret-option web:a=/a: container "web" has no logConfiguration to set it in',
      'parameter name "c/d" has several levels, so it must start with "/"',
    ]);
  });
});

describe('[CONTAINER:]NAME=REFERENCE', () => {
  it.each([
    ['A=/a', { container: undefined, name: 'A', reference: '/a' }],
    ['web:A=/a', { container: 'web', name: 'A', reference: '/a' }],
    ['A=sm:db:user', { container: undefined, name: 'A', reference: 'sm:db:user' }],
    ['web:A=sm:a=b:user', { container: 'web', name: 'A', reference: 'sm:a=b:user' }],
    [
      'web:splunk-token=arn:aws:ssm:us-east-1:123456789012:parameter/a',
      {
        container: 'web',
        name: 'splunk-token',
        reference: 'arn:aws:ssm:us-east-1:123456789012:parameter/a',
      },
    ],
  ])('cuts %s', (written, assignment) => {
    expect(parseAssignment('--secret', written)).toEqual(assignment);
  });

  it.each(['', 'A', 'web:A', '=/a', 'A=', 'web:=/a', ':A=/a', 'web:A='])(
    'refuses "%s"',
    (written) => {
      expect(problemsOf(() => parseAssignment(`--secret ${written}`, written))).toEqual([
        `--secret ${written}: it is not [CONTAINER:]NAME=REFERENCE`,
      ]);
    },
  );
});

describe('references that may be values', () => {
  const places = (secrets: string[], secretOptions: string[] = [], store?: Store) =>
    Object.fromEntries(unshownReferences({ secrets, secretOptions }, store ?? 'parameter-store'));

  it('are told by where they stand', () => {
    expect(places(['web:A=hunter2', 'B=/shop/b'], ['token=s3cret'])).toEqual({
      'ssm:hunter2': '--secret web:A',
      'ssm:s3cret': '--secret-option token',
    });
    expect(places(['A=hunter2:key'], [], 'secrets-manager')).toEqual({
      'sm:hunter2:key': '--secret A',
    });
  });
});
