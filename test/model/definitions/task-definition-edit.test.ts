import { describe, expect, it } from 'vitest';
import {
  editTaskDefinition,
  parseAssignment,
  type Edits,
} from '../../../src/model/definitions/task-definition-edit.ts';
import {
  parseTaskDefinition,
  type TaskDefinition,
} from '../../../src/model/definitions/task-definition.ts';
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
      '--secret web:A=/b/c: the same is set twice',
    ]);
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
      '--image nginx:2: say which container it is for; there are web, side',
    ],
    [{ secrets: ['A=/a'] }, '--secret A=/a: say which container it is for; there are web, side'],
    [
      { secretOptions: ['a=/a'] },
      '--secret-option a=/a: say which container it is for; there are web, side',
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
    [{ secrets: ['web:A=a b'] }, '--secret web:A=…: what stands behind "=" is no reference'],
    [{ secretOptions: ['side:a=/a/'] }, 'parameter name "/a/" must not end with "/"'],
  ])('refuse %j', (edits, problem) => {
    expect(problemsOf(() => edit(two, edits))).toEqual([problem]);
  });

  it('are refused with all their problems at once', () => {
    const edits = {
      images: ['nginx:2', 'db=x'],
      secrets: ['A', 'db:A=/a', 'web:A=a//b', 'side:GOOD=/good'],
      secretOptions: ['web:a=/a', 'side:b=c/d'],
    };
    expect(problemsOf(() => edit(two, edits))).toEqual([
      '--image nginx:2: say which container it is for; there are web, side',
      '--image db=x: there is no container "db"; there are web, side',
      '--secret …: it is not [CONTAINER:]NAME=REFERENCE',
      '--secret db:A=/a: there is no container "db"; there are web, side',
      '--secret web:A=…: what stands behind "=" is no reference',
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
