import { describe, expect, it } from 'vitest';
import {
  checkReferenceScopes,
  checkTaskDefinition,
  isRole,
  structureProblems,
  taskDefinitionBytes,
  taskDefinitionWarnings,
} from '../../../src/model/definitions/task-definition-checks.ts';
import { parseTaskDefinition } from '../../../src/model/definitions/task-definition.ts';
import { InvalidInput } from '../../../src/model/problems.ts';
import { problemsOf } from '../problems-of.ts';

const container = { name: 'web', image: 'nginx', memory: 128 };
const base = { family: 'web', executionRoleArn: 'exec', containerDefinitions: [container] };

function problems(definition: object): readonly string[] {
  return problemsOf(() => {
    checkTaskDefinition(parseTaskDefinition(definition));
  });
}

const containing = (more: object): object => ({
  ...base,
  containerDefinitions: [{ ...container, ...more }],
});
const secret = (name: string, valueFrom = '/shop/db'): object => ({ name, valueFrom });
const containers = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({ ...container, name: `c${i}` }));

describe('a task definition that ECS takes', () => {
  it.each([
    ['the least', base],
    ['no execution role where there are no secrets', { ...base, executionRoleArn: undefined }],
    ['a family of one character', { ...base, family: 'f' }],
    ['a family of 255 characters', { ...base, family: 'f'.repeat(255) }],
    ['ten containers', { ...base, containerDefinitions: containers(10) }],
    [
      'a secret and another variable',
      containing({ secrets: [secret('A')], environment: [{ name: 'B', value: '' }] }),
    ],
    [
      'one name in several containers',
      {
        ...base,
        containerDefinitions: containers(2).map((one) => ({ ...one, secrets: [secret('A')] })),
      },
    ],
    [
      'a log option named like a variable',
      containing({
        secrets: [secret('A')],
        logConfiguration: { logDriver: 'splunk', secretOptions: [secret('A')] },
      }),
    ],
    [
      "a registry's secret by name",
      containing({ repositoryCredentials: { credentialsParameter: 'registry' } }),
    ],
  ])('may have %s', (_, definition) => {
    expect(problems(definition)).toEqual([]);
  });
});

describe('a task definition is refused', () => {
  const noRole =
    'executionRoleArn: it is missing though secrets are referenced; give --execution-role (ecs-secrets role create makes one)';

  it.each([
    [
      'without a family',
      { ...base, family: undefined },
      'family: it is missing; write it in the file or give --family',
    ],
    [
      'with an empty family',
      { ...base, family: '' },
      'family: it is missing; write it in the file or give --family',
    ],
    [
      'with a family of other characters',
      { ...base, family: 'we b' },
      'family: "we b" is not 1 to 255 letters, digits, "_" and "-"',
    ],
    [
      'with a family too long',
      { ...base, family: 'f'.repeat(256) },
      `family: "${'f'.repeat(256)}" is not 1 to 255 letters, digits, "_" and "-"`,
    ],
    [
      'with eleven containers',
      { ...base, containerDefinitions: containers(11) },
      'containerDefinitions: there are 11; ECS accepts at most 10',
    ],
    [
      'with a container name used twice',
      { ...base, containerDefinitions: [container, container, container] },
      'containerDefinitions: the name "web" is used twice',
    ],
    [
      'with a secret twice',
      containing({ secrets: [secret('A'), secret('B'), secret('A', '/other')] }),
      'containerDefinitions[0].secrets: "A" is listed twice; each name must be unique',
    ],
    [
      'with a name that is variable and secret',
      containing({ secrets: [secret('A')], environment: [{ name: 'A', value: 'x' }] }),
      'containerDefinitions[0]: "A" is in environment and in secrets; remove it from environment',
    ],
    [
      'with a log option twice',
      containing({
        logConfiguration: { logDriver: 'splunk', secretOptions: [secret('t'), secret('t')] },
      }),
      'containerDefinitions[0].logConfiguration.secretOptions: "t" is listed twice',
    ],
    [
      'with a malformed reference',
      containing({ secrets: [secret('A'), secret('B', '/a/')] }),
      'containerDefinitions[0].secrets[1].valueFrom: parameter name "/a/" must not end with "/"',
    ],
    [
      'with a key after a bare name',
      containing({ secrets: [secret('A', 'db:user::')] }),
      'containerDefinitions[0].secrets[0].valueFrom: parameter name "db:user::" has characters that Parameter Store does not accept: ":" (allowed: A-Z a-z 0-9 _ . - and /)',
    ],
    [
      'with secrets but no execution role',
      { ...containing({ secrets: [secret('A')] }), executionRoleArn: undefined },
      noRole,
    ],
    [
      'with log secrets but no execution role',
      {
        ...containing({ logConfiguration: { secretOptions: [secret('A')] } }),
        executionRoleArn: '',
      },
      noRole,
    ],
    [
      'with registry credentials but no execution role',
      {
        ...containing({ repositoryCredentials: { credentialsParameter: 'r' } }),
        executionRoleArn: undefined,
      },
      noRole,
    ],
  ])('%s', (_, definition, problem) => {
    expect(problems(definition)).toEqual([problem]);
  });

  const listOf = (count: number, entry: object): object[] => Array(count).fill(entry) as object[];
  const fargate = (logDriver?: string, more: object = {}): object => ({
    ...base,
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    ...more,
    containerDefinitions: [
      { ...container, ...(logDriver !== undefined && { logConfiguration: { logDriver } }) },
      container,
    ].map((one, index) => ({ ...one, name: `c${index}` })),
  });

  it.each([
    [
      'with characters of no family at its end',
      { ...base, family: 'web!' },
      'family: "web!" is not 1 to 255 letters, digits, "_" and "-"',
    ],
    [
      'with characters of no family at its front',
      { ...base, family: '!web' },
      'family: "!web" is not 1 to 255 letters, digits, "_" and "-"',
    ],
    [
      'with a container without an image',
      containing({ image: undefined }),
      'containerDefinitions[0].image: is missing; write it in the file or give --image',
    ],
    [
      'with an execution role that is none',
      { ...base, executionRoleArn: 'a role' },
      'executionRoleArn: "a role" is neither the name nor the ARN of a role',
    ],
    [
      'with an empty execution role and no secrets',
      { ...base, executionRoleArn: '' },
      'executionRoleArn: is empty; remove it, or name a role',
    ],
    [
      'with a task role that is none',
      { ...base, taskRoleArn: 'a role' },
      'taskRoleArn: "a role" is neither the name nor the ARN of a role',
    ],
    [
      'with an empty task role',
      { ...base, taskRoleArn: '' },
      'taskRoleArn: is empty; remove it, or name a role',
    ],
    [
      'with 11 placement constraints',
      { ...base, placementConstraints: listOf(11, { type: 'memberOf', expression: 'x' }) },
      'placementConstraints: ECS accepts at most 10',
    ],
    [
      'with 51 tags',
      { ...base, tags: listOf(51, { key: 'a', value: 'b' }) },
      'tags: ECS accepts at most 50',
    ],
    [
      'with no container that is essential',
      containing({ essential: false }),
      'containerDefinitions: at least one container must be essential',
    ],
    [
      'with a log driver that Fargate does not take',
      fargate('gelf'),
      'containerDefinitions[0].logConfiguration.logDriver: Fargate takes awslogs, splunk, awsfirelens, not gelf',
    ],
    [
      'with awslogs on Fargate without an execution role',
      fargate('awslogs', { executionRoleArn: undefined }),
      'containerDefinitions[0].logConfiguration.logDriver: Fargate needs an execution role for awslogs; give --execution-role',
    ],
    [
      'with a value that register hid',
      containing({ command: ['run', '(hidden: looks like a secret)'] }),
      'containerDefinitions[0].command[1]: the value is hidden; register printed this in its place',
    ],
    [
      'with a reference that nobody filled in',
      containing({ secrets: [secret('A', '/<NAME>'), secret('B')] }),
      'containerDefinitions[0].secrets[0].valueFrom: the placeholder <NAME> is not replaced',
    ],
    [
      'with roles that nobody filled in',
      {
        ...containing({ secrets: [secret('A')] }),
        executionRoleArn: '<ROLE>',
        taskRoleArn: '<ROLE>',
      },
      'executionRoleArn: the placeholder <ROLE> is not replaced (also in taskRoleArn)',
    ],
  ])('%s', (_, definition, problem) => {
    expect(problems(definition)).toEqual([problem]);
  });

  it.each([
    [
      'with 10 placement constraints and 50 tags',
      {
        ...base,
        placementConstraints: listOf(10, { type: 'memberOf', expression: 'x' }),
        tags: listOf(50, { key: 'a', value: 'b' }),
      },
    ],
    [
      'with one container that is essential',
      {
        ...base,
        containerDefinitions: [
          { ...container, essential: false },
          { ...container, name: 'b', essential: true },
        ],
      },
    ],
    ['on Fargate without logs or a role', fargate(undefined, { executionRoleArn: undefined })],
    ['with awslogs on Fargate', fargate('awslogs')],
    ['with splunk on Fargate, without a role', fargate('splunk', { executionRoleArn: undefined })],
    ['with awsfirelens on Fargate', fargate('awsfirelens')],
    ['with any log driver elsewhere', containing({ logConfiguration: { logDriver: 'gelf' } })],
    ['with a task role by ARN', { ...base, taskRoleArn: 'arn:aws:iam::123456789012:role/a/b' }],
  ])('but not %s', (_, definition) => {
    expect(problems(definition)).toEqual([]);
  });

  it('for the faults of its form too, before what is wrong in it', () => {
    const definition = parseTaskDefinition({ ...base, family: 'a b' });
    expect(
      problemsOf(() => {
        checkTaskDefinition(definition, ['cpu: is no text']);
      }),
    ).toEqual(['cpu: is no text', 'family: "a b" is not 1 to 255 letters, digits, "_" and "-"']);
  });

  it.each([
    [{ image: '${IMAGE}' }, false, 'replace it in the task definition'],
    [{ image: '${IMAGE}' }, true, 'set the variable and pass --substitute'],
    [
      { command: ['(hidden: looks like a secret)'] },
      false,
      'print the task definition with register --show-plain, or write it with --output-file',
    ],
  ])('for %j (--substitute: %s) with a hint', (more, substitutes, hint) => {
    const check = (): void => {
      checkTaskDefinition(parseTaskDefinition(containing(more)), [], { substitutes });
    };
    expect(check).toThrow(InvalidInput);
    expect(check).toThrow(expect.objectContaining({ hint }));
  });

  it('for its structure alone, where references and the role do not count', () => {
    const definition = { ...containing({ secrets: [secret('A', '/a/')] }), executionRoleArn: '' };
    expect(structureProblems(parseTaskDefinition(definition))).toEqual([]);
  });

  it('with everything that is wrong, at once', () => {
    const definition = {
      family: 'a b',
      containerDefinitions: [
        container,
        {
          ...container,
          environment: [{ name: 'A', value: '' }],
          secrets: [secret('A', 'x//y'), secret('A')],
          logConfiguration: {
            logDriver: 'splunk',
            secretOptions: [secret('t', 'arn:aws:s3:::b'), secret('t')],
          },
        },
      ],
    };
    expect(problems(definition)).toEqual([
      'family: "a b" is not 1 to 255 letters, digits, "_" and "-"',
      'containerDefinitions: the name "web" is used twice',
      'containerDefinitions[1].secrets: "A" is listed twice; each name must be unique',
      'containerDefinitions[1]: "A" is in environment and in secrets; remove it from environment',
      'containerDefinitions[1].logConfiguration.secretOptions: "t" is listed twice',
      'containerDefinitions[1].secrets[0].valueFrom: parameter name "x//y" has several levels, so it must start with "/"',
      'containerDefinitions[1].secrets[0].valueFrom: parameter name "x//y" has an empty level ("//")',
      'containerDefinitions[1].logConfiguration.secretOptions[0].valueFrom: malformed ARN "arn:aws:s3:::b": its service is "s3", not ssm or secretsmanager',
      noRole,
    ]);
  });

  it('by its size in bytes, from the first byte too many', () => {
    const sized = (bytes: number): object => {
      const rest = bytes - JSON.stringify(containing({ command: [''] })).length;
      return containing({ command: ['€'.repeat(Math.floor(rest / 3)) + 'x'.repeat(rest % 3)] });
    };
    expect(problems(sized(taskDefinitionBytes))).toEqual([]);
    expect(problems(sized(taskDefinitionBytes + 1))).toEqual([
      'the task definition has 65537 bytes; ECS accepts at most 65536',
    ]);
  });
});

describe('where references point', () => {
  const here = { partition: 'aws', region: 'us-east-1', account: '123456789012' };
  const scopes = (...secrets: string[]): readonly string[] =>
    problemsOf(() => {
      const named = secrets.map((valueFrom, i) => secret(`S${i}`, valueFrom));
      checkReferenceScopes(parseTaskDefinition(containing({ secrets: named })), here);
    });

  it('may be this account, other regions, and other accounts for Secrets Manager', () => {
    expect(
      scopes(
        '/shop/db',
        'arn:aws:ssm:us-east-1:123456789012:parameter/a',
        'arn:aws:ssm:eu-west-1:123456789012:parameter/a',
        'arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf',
        'arn:aws:secretsmanager:eu-west-1:210987654321:secret:a-AbCdEf:k::',
      ),
    ).toEqual([]);
  });

  it('may not be parameters of other accounts, nor other partitions', () => {
    expect(
      scopes(
        'arn:aws:ssm:us-east-1:210987654321:parameter/a',
        'arn:aws-cn:ssm:cn-north-1:210987654321:parameter/a',
        'arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a-AbCdEf',
      ),
    ).toEqual([
      'containerDefinitions[0].secrets[0].valueFrom: its account is 210987654321; ECS reads parameters of its own account (123456789012) only',
      'containerDefinitions[0].secrets[1].valueFrom: its partition is aws-cn; the task runs in aws',
      'containerDefinitions[0].secrets[2].valueFrom: its partition is aws-us-gov; the task runs in aws',
    ]);
  });
});

describe('secrets of a log driver', () => {
  const warnings = (logConfiguration?: object): string[] =>
    taskDefinitionWarnings(parseTaskDefinition(containing({ logConfiguration })));
  const secretOptions = [secret('token')];

  it('are warned of where AWS does not document them', () => {
    expect(warnings({ logDriver: 'gelf', secretOptions })).toEqual([
      'containerDefinitions[0].logConfiguration.secretOptions: AWS documents them for splunk, fluentd, awsfirelens, not for gelf',
    ]);
  });

  it.each([
    [undefined],
    [{ logDriver: 'gelf' }],
    [{ logDriver: 'gelf', secretOptions: [] }],
    [{ logDriver: 'splunk', secretOptions }],
    [{ logDriver: 'fluentd', secretOptions }],
    [{ logDriver: 'awsfirelens', secretOptions }],
  ])('are not warned of in %j', (logs) => {
    expect(warnings(logs)).toEqual([]);
  });
});

describe('the name or the ARN of a role', () => {
  it.each([
    ['exec', true],
    ['a+=,.@-_Z9', true],
    ['r'.repeat(64), true],
    ['arn:aws:iam::123456789012:role/exec', true],
    ['arn:aws-us-gov:iam::123456789012:role/a/b/exec', true],
    ['', false],
    ['r'.repeat(65), false],
    ['a b', false],
    ['a/b', false],
    ['!exec', false],
    ['exec!', false],
    ['arn:aws:iam::12345678901:role/exec', false],
    ['arn:aws:iam::123456789012:role/', false],
    ['arn:aws:iam::123456789012:user/exec', false],
    ['arn:aws:iam::aaaaaaaaaaaa:role/exec', false],
    ['xarn:aws:iam::123456789012:role/exec', false],
    ['arn:aws:x:iam::123456789012:role/exec', false],
    [`arn:aws:iam::123456789012:role/${'r'.repeat(65)}`, false],
  ])('is "%s": %s', (written, answer) => {
    expect(isRole(written)).toBe(answer);
  });
});
