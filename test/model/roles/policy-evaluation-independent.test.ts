import {
  runSimulation,
  runUnsafeSimulation,
  type EvaluationResult,
  type Simulation,
} from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy, type Policy } from '../../../src/model/roles/parse-policy.ts';
import { evaluateAccess, type Decision } from '../../../src/model/roles/policy-evaluation.ts';

const account = '123456789012';
const other = '999999999999';
const region = 'us-east-1';
const roleArn = `arn:aws:iam::${account}:role/team/exec`;
const sessionArn = `arn:aws:sts::${account}:assumed-role/exec/task1`;
const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;
const key = (digit: string): string =>
  arn('kms', `key/${digit.repeat(8)}-1111-1111-1111-111111111111`);

// --- what both are asked ---

interface Case {
  request: { action: string; resource: string; context: Record<string, string | string[]> };
  identity: object[];
  boundary?: object | undefined;
  /** Of the secret or the key. */
  resource?: object | undefined;
}

/** What requests and policies about one kind of resource are made of. */
interface Kind {
  actions: readonly string[];
  resources: readonly string[];
  context: Record<string, fc.Arbitrary<unknown>>;
  actionPatterns: readonly string[];
  resourcePatterns: readonly string[];
  conditions: readonly fc.Arbitrary<object>[];
}

const anyOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const several = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(one, fc.uniqueArray(one, { minLength: 1, maxLength: 3 }));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const given = (members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> =>
  fc
    .record(members)
    .map((record) =>
      Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)),
    );

const texts = ['StringEquals', 'StringLike', 'StringEqualsIfExists', 'StringLikeIfExists'];
const refusals = ['StringNotEquals', 'StringNotLike', 'StringNotEqualsIfExists'];
const arns = ['ArnLike', 'ArnEquals', 'ArnLikeIfExists', 'ArnNotLike', 'ArnNotEquals'];
const sets = [
  'ForAnyValue:StringEquals',
  'ForAnyValue:StringLike',
  'ForAllValues:StringLike',
  'ForAllValues:StringNotEquals',
];
const condition = (
  operators: readonly string[],
  name: string,
  ...values: readonly string[]
): fc.Arbitrary<object> =>
  fc
    .tuple(anyOf(...operators), several(anyOf(...values)))
    .map(([operator, value]) => ({ [operator]: { [name]: value } }));

const globalContext = {
  'aws:SourceAccount': maybe(anyOf(account, account, other)),
  'aws:PrincipalTag/app': maybe(anyOf('app', 'app', 'a*', 'other')),
  'aws:SecureTransport': maybe(anyOf('true', 'false')),
  'aws:SourceIp': maybe(anyOf('203.0.113.7', '198.51.100.1', '2001:db8::7')),
  'aws:CurrentTime': anyOf('2026-03-01T00:00:00Z'),
  'aws:MultiFactorAuthAge': maybe(anyOf('10', '3600')),
  'aws:TagKeys': maybe(anyOf(['team'], ['team', 'cost'])),
};
const globalConditions = [
  condition([...texts, ...refusals], 'aws:SourceAccount', account, account, other, '12345678901?'),
  condition([...texts, ...refusals], 'AWS:principaltag/app', 'app', 'a*', 'APP'),
  // Of StringEquals the other evaluator takes `${*}` as text; AWS fills it in wherever variables may
  // stand (IAM guide, "predefined policy variables").
  condition(['StringLike', 'StringNotLike'], 'aws:PrincipalTag/app', 'a${*}', '${?}pp', '${$}'),
  condition(['StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'], 'aws:PrincipalTag/app', 'APP'),
  condition(texts, 'aws:PrincipalTag/app', '${aws:PrincipalTag/app}', "${aws:none, 'app'}"),
  // Against a variable without a value a negated operator holds (IAM guide, "policy variables with
  // no value"); in the other evaluator it does not.
  condition(texts, 'aws:PrincipalTag/app', '${aws:username}', '${aws:username}*'),
  condition(['Bool', 'BoolIfExists'], 'aws:SecureTransport', 'true', 'false'),
  condition(['Null'], 'aws:SourceAccount', 'true', 'false'),
  condition(['IpAddress', 'NotIpAddress'], 'aws:SourceIp', '203.0.113.0/24', '2001:db8::/32'),
  condition(['DateLessThan', 'DateGreaterThan'], 'aws:CurrentTime', '2026-01-01T00:00:00Z'),
  condition(['NumericLessThan', 'NumericGreaterThanEquals'], 'aws:MultiFactorAuthAge', '60', '10'),
  condition(sets, 'aws:TagKeys', 'team', 'cost', 't*'),
];

const parameters = ['app/db', 'app/db/deep', 'other'].map((name) =>
  arn('ssm', `parameter/${name}`),
);
const secrets = ['app/db-AbCdEf', 'app/db-old-AbCdEf', 'x-AbCdEf'].map((name) =>
  arn('secretsmanager', `secret:${name}`),
);

const parameterKind: Kind = {
  actions: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:PutParameter'],
  resources: parameters,
  context: globalContext,
  actionPatterns: ['*', 'ssm:*', 'ssm:Get*', 'SSM:getparameter?', 'ssm:*t*', 'kms:*'],
  // The other evaluator takes no wildcard in the kind of a resource (`param*`), which AWS does.
  resourcePatterns: [
    'arn:aws:ssm:*:*:parameter/*',
    `arn:aws:ssm:us-*-1:${account}:parameter/app/*`,
    arn('ssm', 'parameter/app/d?'),
    arn('ssm', 'parameter/*deep'),
    arn('ssm', "parameter/${aws:none, 'app'}/db"),
    `arn:aws:ssm:eu-west-1:${account}:parameter/*`,
  ],
  conditions: globalConditions,
};

const secretKind: Kind = {
  actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
  resources: secrets,
  context: {
    ...globalContext,
    'secretsmanager:SecretId': maybe(anyOf(...secrets)),
  },
  actionPatterns: ['*', 'secretsmanager:*', 'secretsmanager:Get*', 'ssm:*'],
  resourcePatterns: [
    arn('secretsmanager', 'secret:app/db-??????'),
    arn('secretsmanager', 'secret:app/*'),
    arn('secretsmanager', 'secret:*-AbCdEf'),
    `arn:aws:secretsmanager:*:${other}:secret:*`,
  ],
  conditions: [
    ...globalConditions,
    condition([...texts, ...refusals, ...arns], 'secretsmanager:SecretId', ...secrets),
  ],
};

const keyKind: Kind = {
  actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
  resources: [key('1'), key('2')],
  context: {
    ...globalContext,
    'kms:ViaService': maybe(
      anyOf(`ssm.${region}.amazonaws.com`, `secretsmanager.${region}.amazonaws.com`),
    ),
    'kms:EncryptionContext:PARAMETER_ARN': maybe(anyOf(...parameters)),
    'kms:EncryptionContext:SecretARN': maybe(anyOf(...secrets)),
    'kms:EncryptionContextKeys': maybe(anyOf(['PARAMETER_ARN'], ['SecretARN', 'SecretVersionId'])),
  },
  actionPatterns: ['*', 'kms:*', 'kms:Decrypt', 'kms:*Data*'],
  resourcePatterns: [arn('kms', 'key/*'), 'arn:aws:kms:*:*:key/1*', `arn:aws:kms:*:${other}:key/*`],
  conditions: [
    ...globalConditions,
    condition([...texts, ...refusals], 'kms:ViaService', `ssm.${region}.amazonaws.com`, 'ssm.*'),
    condition(
      [...texts, ...refusals, ...arns],
      'kms:EncryptionContext:PARAMETER_ARN',
      ...parameters,
      arn('ssm', 'parameter/app/*'),
    ),
    condition(
      [...texts, ...refusals, ...arns],
      'kms:EncryptionContext:SecretARN',
      ...secrets,
      arn('secretsmanager', 'secret:app/db-??????'),
    ),
    // The other evaluator cuts an ARN before it fills in variables, so that one with a colon in its name
    // works behind the fifth only.
    condition(
      ['ArnLike'],
      'kms:EncryptionContext:PARAMETER_ARN',
      arn('ssm', 'parameter/${aws:PrincipalTag/app}/db'),
    ),
    condition(sets, 'kms:EncryptionContextKeys', 'PARAMETER_ARN', 'SecretARN', 'Secret*'),
  ],
};

const listKind: Kind = {
  ...parameterKind,
  actions: ['ssm:DescribeParameters', 'secretsmanager:ListSecrets'],
  resources: ['*'],
  actionPatterns: ['*', 'ssm:*', 'ssm:Describe*', 'secretsmanager:List*'],
};

function requests({ actions, resources, context }: Kind): fc.Arbitrary<Case['request']> {
  return fc.record({
    action: anyOf(...actions),
    resource: anyOf(...resources),
    context: given(context) as fc.Arbitrary<Case['request']['context']>,
  });
}

/** Members of a statement: each may be there in its negated form. */
function statements(kind: Kind, more: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const actions = several(anyOf(...kind.actions, ...kind.actionPatterns));
  const named = ['*', '*', ...kind.resources, ...kind.resourcePatterns];
  const withoutValue = [
    arn('ssm', 'parameter/${aws:PrincipalTag/app}/*'),
    arn('ssm', 'parameter/${aws:username}*'),
  ];
  return fc
    .tuple(
      given({
        Effect: anyOf('Allow', 'Allow', 'Allow', 'Deny'),
        Condition: fc.oneof(
          { weight: 2, arbitrary: fc.constant(undefined) },
          { weight: 3, arbitrary: fc.oneof(...kind.conditions) },
          {
            weight: 1,
            arbitrary: fc
              .tuple(fc.oneof(...kind.conditions), fc.oneof(...kind.conditions))
              .map(([one, two]) => ({ ...one, ...two })),
          },
        ),
        ...more,
      }),
      fc.oneof(
        { weight: 4, arbitrary: actions.map((Action) => ({ Action })) },
        { weight: 1, arbitrary: actions.map((NotAction) => ({ NotAction })) },
      ),
      fc.oneof(
        {
          weight: 4,
          arbitrary: several(anyOf(...named, ...withoutValue)).map((Resource) => ({ Resource })),
        },
        // In NotResource a variable without a value names nothing, so that the statement applies (IAM
        // guide, same place); the other evaluator drops the statement.
        { weight: 1, arbitrary: several(anyOf(...named)).map((NotResource) => ({ NotResource })) },
      ),
    )
    .map((parts) => Object.assign({}, ...parts) as object);
}

function documents(statement: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc
    .array(statement, { minLength: 1, maxLength: 3 })
    .map((Statement) => ({ Version: '2012-10-17', Statement }));
}

const identityPolicies = (kind: Kind): fc.Arbitrary<object[]> =>
  fc.array(documents(statements(kind, {})), { maxLength: 2 });
const boundaries = (kind: Kind): fc.Arbitrary<object> => documents(statements(kind, {}));

function resourcePolicies(kind: Kind): fc.Arbitrary<object> {
  const Principal = anyOf<unknown>(
    '*',
    { AWS: '*' },
    { AWS: `arn:aws:iam::${account}:root` },
    { AWS: account },
    { AWS: roleArn },
    { AWS: [sessionArn] },
    { AWS: [`${roleArn}2`, roleArn] },
    { AWS: `${roleArn}2` },
    { Service: 'ecs-tasks.amazonaws.com' },
  );
  const NotPrincipal = anyOf({ AWS: [roleArn, sessionArn] }, { AWS: `${roleArn}2` });
  return documents(
    fc.oneof(
      { weight: 6, arbitrary: statements(kind, { Principal }) },
      { weight: 1, arbitrary: statements(kind, { NotPrincipal, Effect: anyOf('Deny') }) },
    ),
  );
}

// --- the two evaluators ---

function ours({ request, identity, boundary, resource }: Case): Decision {
  const read = (policy: object): Policy => parsePolicy(policy, 'identity');
  return evaluateAccess(
    {
      identity: identity.map(read),
      boundary: boundary && read(boundary),
      resource: resource && parsePolicy(resource, 'resource'),
      resourceDecides: request.action.startsWith('kms:'),
    },
    { ...request, principal: { kind: 'role', arn: roleArn, sessionArn } },
  ).decision;
}

async function theirs({ request, identity, boundary, resource }: Case): Promise<Decision> {
  const simulation: Simulation = {
    request: {
      principal: sessionArn,
      action: request.action,
      resource: { resource: request.resource, accountId: account },
      contextVariables: request.context,
    },
    identityPolicies: identity.map((policy, index) => ({ name: String(index), policy })),
    serviceControlPolicies: [
      { orgIdentifier: 'o', policies: [{ name: 'all', policy: everything }] },
    ],
    resourceControlPolicies: [{ orgIdentifier: 'o', policies: [] }],
    resourcePolicy: resource,
    ...(boundary && { permissionBoundaryPolicies: [{ name: 'boundary', policy: boundary }] }),
  };
  if (request.action.startsWith('kms:')) {
    // The entrance that checks the request takes encryption contexts for keys that KMS does not send.
    return decisions[runUnsafeSimulation(unchecked(simulation), {})];
  }
  const answer = await runSimulation(simulation, {});
  if (answer.resultType === 'error') throw new Error(JSON.stringify(answer.errors));
  return decisions[answer.overallResult];
}

const everything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};
const decisions: Record<EvaluationResult, Decision> = {
  Allowed: 'allowed',
  ExplicitlyDenied: 'explicitDeny',
  ImplicitlyDenied: 'implicitDeny',
};

/** What the unchecked entrance needs besides: AWS's own control policy, and a name for the policy. */
function unchecked(simulation: Simulation): Simulation {
  const policy = { ...everything, Statement: [{ ...everything.Statement[0], Principal: '*' }] };
  return {
    ...simulation,
    resourceControlPolicies: [{ orgIdentifier: 'o', policies: [{ name: 'all', policy }] }],
    resourcePolicy: {
      __validated: true,
      policyDocument: simulation.resourcePolicy as unknown,
      metadata: { name: 'key' },
      errors: [],
    },
  };
}

async function agree(cases: fc.Arbitrary<Case>, numRuns: number): Promise<void> {
  const seen: Decision[] = [];
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const decision = ours(one);
      seen.push(decision);
      expect(decision).toBe(await theirs(one));
    }),
    { numRuns },
  );
  // A generator that hardly ever allows anything would prove nothing.
  for (const decision of Object.values(decisions)) {
    const share = seen.filter((one) => one === decision).length / seen.length;
    expect(share, decision).toBeGreaterThan(0.01);
  }
}

describe('an independent evaluator decides the same', () => {
  it('by identity policies', async () => {
    const cases = [parameterKind, secretKind, listKind].map((kind) =>
      fc.record({ request: requests(kind), identity: identityPolicies(kind) }),
    );
    await agree(fc.oneof(...cases), 1000);
  });

  it('behind a permissions boundary', async () => {
    const cases = [parameterKind, secretKind].map((kind) =>
      fc.record({
        request: requests(kind),
        identity: identityPolicies(kind),
        boundary: boundaries(kind),
      }),
    );
    await agree(fc.oneof(...cases), 1000);
  });

  it.each([
    ['the resource policy of a secret', secretKind],
    ['the policy of a key', keyKind],
  ])('with %s', async (_, kind) => {
    const cases = fc.record({
      request: requests(kind),
      identity: identityPolicies(kind),
      boundary: maybe(boundaries(kind)),
      resource: resourcePolicies(kind),
    });
    await agree(cases, 1000);
  });
});
