import {
  runSimulation,
  runUnsafeSimulation,
  type EvaluationResult,
  type Simulation,
} from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compactGrants,
  executionPolicy,
  managedPolicyCharacters,
  splitGrants,
  type Grant,
  type Grants,
} from '../../../src/model/roles/execution-policy.ts';
import { parsePolicy } from '../../../src/model/roles/parse-policy.ts';
import { evaluateAccess } from '../../../src/model/roles/policy-evaluation.ts';
import { grantsIn, policySize, type PolicyDocument } from '../../../src/model/roles/policy.ts';
import { isWhole } from '../../helpers/whole.ts';

// --- accounts, and what lies in them ---

/** Where policies hold: two regions, two accounts, and the ending of the names of services. */
interface Place {
  partition: string;
  suffix: string;
  regions: readonly [string, string];
}

const places: readonly Place[] = [
  { partition: 'aws', suffix: 'amazonaws.com', regions: ['us-east-1', 'eu-west-1'] },
  { partition: 'aws-cn', suffix: 'amazonaws.com.cn', regions: ['cn-north-1', 'cn-northwest-1'] },
  { partition: 'aws-us-gov', suffix: 'amazonaws.com', regions: ['us-gov-west-1', 'us-gov-east-1'] },
  { partition: 'aws-iso', suffix: 'c2s.ic.gov', regions: ['us-iso-east-1', 'us-iso-west-1'] },
  { partition: 'aws-eusc', suffix: 'amazonaws.eu', regions: ['eusc-de-east-1', 'eusc-de-east-2'] },
];
const accounts = ['123456789012', '999999999999'] as const;

/** Something that may be read: whether a grant names it decides whether it must be. */
interface Secret {
  store: Grant['store'];
  place: Place;
  region: string;
  account: string;
  /** As it follows `parameter/`, or `secret:` and before the suffix. */
  name: string;
  /** Six characters; empty for a parameter. */
  suffix: string;
  /** Keys that may encrypt it; none for the key that AWS manages. */
  keys: readonly string[];
}

const arnOf = ({ store, place: { partition }, region, account, name, suffix }: Secret): string =>
  store === 'parameter-store'
    ? `arn:${partition}:ssm:${region}:${account}:parameter/${name}`
    : `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}-${suffix}`;

const grantsOf = (secret: Secret): Grant[] => {
  const { store, keys } = secret;
  const arn = arnOf(secret);
  return keys.length === 0
    ? [{ store, arn }]
    : keys.map((kmsKeyArn) => ({ store, arn, kmsKeyArn }));
};

const keyArn = ({ partition }: Place, region: string, account: string, id: number): string =>
  `arn:${partition}:kms:${region}:${account}:key/${id}1111111-2222-3333-4444-555555555555`;

const strangeKey = 9;
const segment = fc.constantFrom('a', 'ab', 'db', 'db-password', 'x.y', 'A_1', 'prod', 'prod2', '-');
const odd = fc.constantFrom('db-Abc123', 'a+b=c@d!', 'shop.', 'x@', 'db');
const suffixes = fc.constantFrom('AbCdEf', 'abcdef', '000000', 'Zz9Zz9');

const mostly = <T>([often, seldom]: readonly [T, T], weight: number): fc.Arbitrary<T> =>
  fc.oneof(
    { weight, arbitrary: fc.constant(often) },
    { weight: 1, arbitrary: fc.constant(seldom) },
  );

/** Secrets of one partition, `crowded` for mostly one place. Names are short and alike, so that many begin with one another. */
const worlds = (
  size: { minLength: number; maxLength: number },
  mostKeys: number,
  crowded = false,
): fc.Arbitrary<Secret[]> =>
  fc.constantFrom(...places).chain((place) =>
    fc.uniqueArray(
      fc
        .record({
          store: fc.constantFrom('parameter-store' as const, 'secrets-manager' as const),
          region: mostly(place.regions, crowded ? 8 : 2),
          account: mostly(accounts, crowded ? 8 : 2),
          first: crowded ? mostly([['shop'], []], 4) : fc.constant([]),
          levels: fc.array(segment, { minLength: 1, maxLength: 4 }),
          last: odd,
          suffix: suffixes,
          keyIds: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { maxLength: mostKeys }),
        })
        .map(({ store, region, account, first, levels, last, suffix, keyIds }): Secret => {
          const keys = keyIds.map((id) => keyArn(place, region, account, id));
          const where = { store, place, region, account, keys };
          return store === 'parameter-store'
            ? { ...where, name: [...first, ...levels].join('/'), suffix: '' }
            : { ...where, name: [...first, ...levels, last].join('/'), suffix };
        }),
      { ...size, selector: arnOf },
    ),
  );

/** What lies near a secret, under the same keys: names that begin with its own, or it with theirs. */
function neighbours(secret: Secret): Secret[] {
  const { name, suffix, region, account, place } = secret;
  const named = (other: string): Secret => ({ ...secret, name: other });
  const parent = name.replace(/\/[^/]*$/, '');
  return [
    ...[`${name}x`, `${name}/x`, `${name}-x`, `x${name}`, `${parent}/other`].map(named),
    ...(name.length > 1 ? [named(name.slice(0, -1)), named(parent)] : []),
    named(name.toUpperCase()),
    { ...secret, region: place.regions.find((one) => one !== region)! },
    { ...secret, account: accounts.find((one) => one !== account)! },
    ...(suffix === ''
      ? []
      : [{ ...secret, suffix: 'QqQqQ1' }, named(`${name}-${suffix}`), named(`${name}-QqQqQ1`)]),
  ].filter((one) => arnOf(one) !== arnOf(secret));
}

// --- what ECS asks, by two evaluators ---

interface Question {
  action: string;
  resource: string;
  context?: Record<string, string>;
}

const serviceOf = ({ store }: Secret): string =>
  store === 'parameter-store' ? 'ssm' : 'secretsmanager';
const contextKey = ({ store }: Secret): string =>
  `kms:EncryptionContext:${store === 'parameter-store' ? 'PARAMETER_ARN' : 'SecretARN'}`;
const viaOf = (secret: Secret, region = secret.region): string =>
  `${serviceOf(secret)}.${region}.${secret.place.suffix}`;

const reading = (secret: Secret): Question => ({
  action:
    secret.store === 'parameter-store' ? 'ssm:GetParameters' : 'secretsmanager:GetSecretValue',
  resource: arnOf(secret),
});
const decrypting = (secret: Secret, key: string): Question => ({
  action: 'kms:Decrypt',
  resource: key,
  context: { 'kms:ViaService': viaOf(secret), [contextKey(secret)]: arnOf(secret) },
});

/** What a role that may read a secret must not do with it. */
function abuses(secret: Secret): Question[] {
  const resource = arnOf(secret);
  const { region, account, place, keys } = secret;
  const strange = keyArn(place, region, account, strangeKey);
  const otherRegion = place.regions.find((one) => one !== region)!;
  const actions =
    secret.store === 'parameter-store'
      ? ['ssm:GetParameter', 'ssm:GetParameterHistory', 'ssm:PutParameter', 'ssm:DeleteParameter']
      : ['secretsmanager:PutSecretValue', 'secretsmanager:DescribeSecret'];
  return [
    ...actions.map((action) => ({ action, resource })),
    decrypting(secret, strange),
    ...keys.flatMap((key) => {
      const { action, context = {} } = decrypting(secret, key);
      const { 'kms:ViaService': via, ...encryption } = context;
      const parameter = { 'kms:EncryptionContext:PARAMETER_ARN': resource };
      const ofSecret = { 'kms:EncryptionContext:SecretARN': resource };
      const wrong = secret.store === 'parameter-store' ? ofSecret : parameter;
      return [
        { action: 'kms:Encrypt', resource: key, context },
        { action: 'kms:GenerateDataKey', resource: key, context },
        { action, resource: key },
        { action, resource: key, context: encryption },
        { action, resource: key, context: { 'kms:ViaService': via! } },
        { action, resource: key, context: { 'kms:ViaService': via!, ...wrong } },
        {
          action,
          resource: key,
          context: { ...encryption, 'kms:ViaService': viaOf(secret, otherRegion) },
        },
        { action, resource: key, context: { ...encryption, 'kms:ViaService': `s3.${region}` } },
      ];
    }),
  ];
}

const decided: Record<EvaluationResult, boolean> = {
  Allowed: true,
  ExplicitlyDenied: false,
  ImplicitlyDenied: false,
};
const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
const version = { Version: '2012-10-17' };

/** The two evaluators, with policies of a role and the usual policy of a key. */
function evaluators(documents: readonly PolicyDocument[], { partition }: Place) {
  const account = accounts[0];
  const sessionArn = `arn:${partition}:sts::${account}:assumed-role/exec/task1`;
  const principal = { kind: 'role' as const, arn: `arn:${partition}:iam::${account}:role/exec` };
  const root = { Principal: { AWS: `arn:${partition}:iam::${account}:root` } };
  const keyPolicy = { ...version, Statement: [{ ...everything, ...root }] };
  const all = { name: 'all', policy: { ...version, Statement: [everything] } };
  const allOfAws = {
    name: 'aws',
    policy: { ...version, Statement: [{ ...everything, Principal: '*' }] },
  };
  const identityPolicies = documents.map((policy, index) => ({ name: String(index), policy }));
  const identity = documents.map((policy) => parsePolicy(policy, 'identity'));
  const keyPolicyRead = parsePolicy(keyPolicy, 'resource');
  // All is asked for as if it were of the role's own account: at AWS another one has to allow it too.
  const simulation = ({ action, resource, context = {} }: Question): Simulation => ({
    request: {
      principal: sessionArn,
      action,
      resource: { resource, accountId: account },
      contextVariables: context,
    },
    identityPolicies,
    serviceControlPolicies: [{ orgIdentifier: 'o', policies: [all] }],
    resourceControlPolicies: [],
  });
  return {
    /** The independent one; throws when it finds fault with the policies or the question. */
    checked: async (question: Question): Promise<boolean> => {
      const answer = await runSimulation(simulation(question), {});
      if (answer.resultType === 'error') throw new Error(JSON.stringify(answer.errors));
      return decided[answer.overallResult];
    },
    /** The same without a look at the form, which takes any encryption context and less time. */
    theirs: (question: Question): boolean => {
      const isKey = question.action.startsWith('kms:');
      const unchecked: Simulation = {
        ...simulation(question),
        resourceControlPolicies: [{ orgIdentifier: 'o', policies: [allOfAws] }],
        resourcePolicy: isKey && {
          __validated: true,
          policyDocument: keyPolicy,
          metadata: { name: 'key' },
          errors: [],
        },
      };
      return decided[runUnsafeSimulation(unchecked, {})];
    },
    ours: ({ action, resource, context }: Question): boolean => {
      const isKey = action.startsWith('kms:');
      const { decision } = evaluateAccess(
        { identity, resource: isKey ? keyPolicyRead : undefined, resourceDecides: isKey },
        { action, resource, context, principal: { ...principal, sessionArn } },
      );
      return decision === 'allowed';
    },
  };
}

type Expected = readonly [question: Question, allowed: boolean];

/** Asks both evaluators, and tells what either answers otherwise than expected. */
async function check(
  documents: readonly PolicyDocument[],
  where: Place,
  expected: readonly Expected[],
): Promise<void> {
  const { checked, theirs, ours } = evaluators(documents, where);
  const wrong = expected.flatMap(([question, allowed]) => {
    const both = { theirs: theirs(question), ours: ours(question) };
    return both.theirs === allowed && both.ours === allowed ? [] : [{ question, allowed, ...both }];
  });
  expect(wrong).toEqual([]);
  const [question, allowed] = expected.find(([{ action }]) => !action.startsWith('kms:'))!;
  expect(await checked(question)).toBe(allowed);
}

/** Who of a world is granted: about half, and at least the first. */
const grantedOf = (world: readonly Secret[]): Secret[] =>
  world.filter((_, index) => index % 2 === 0);

const place = (world: readonly Secret[]): Place => world[0]!.place;
const distinctByArn = (secrets: readonly Secret[]): Secret[] => [
  ...new Map(secrets.map((secret) => [arnOf(secret), secret])).values(),
];

describe('the policy of an execution role', () => {
  test('lets exactly the granted secrets be read, in every partition', async () => {
    const seen = { partitions: new Set<string>(), keyed: 0, denied: 0 };
    await fc.assert(
      fc.asyncProperty(worlds({ minLength: 1, maxLength: 6 }, 2), async (world) => {
        const granted = grantedOf(world);
        const document = executionPolicy(granted.flatMap(grantsOf))!;
        const arns = new Set(granted.map(arnOf));
        const others = distinctByArn([...world, ...granted.flatMap(neighbours)]).filter(
          (one) => !arns.has(arnOf(one)),
        );
        await check([document], place(world), [
          ...granted.flatMap((secret) => [
            [reading(secret), true] as const,
            ...secret.keys.map((key) => [decrypting(secret, key), true] as const),
            ...abuses(secret).map((question) => [question, false] as const),
          ]),
          ...others.flatMap((secret) => [
            [reading(secret), false] as const,
            ...secret.keys.map((key) => [decrypting(secret, key), false] as const),
          ]),
        ]);
        seen.partitions.add(place(world).partition);
        seen.keyed += granted.filter(({ keys }) => keys.length > 0).length;
        seen.denied += others.length;
      }),
      { numRuns: isWhole ? 300 : 100 },
    );
    // A generator without keys or neighbours would prove nothing.
    expect(seen.partitions.size).toBe(places.length);
    expect(seen.keyed).toBeGreaterThan(70);
    expect(seen.denied).toBeGreaterThan(700);
  });

  test('lets the names of secrets that do not exist yet be read with any six characters', async () => {
    const [key, other] = [1, 2].map((id) => keyArn(here, 'us-east-1', accounts[0], id));
    const expected = secretOf('shop/new', '??????', key!);
    const known = secretOf('shop/known', 'AbCdEf', key!);
    const elsewhere = secretOf('shop/elsewhere', 'AbCdEf', other!);
    const document = executionPolicy([expected, known, elsewhere].flatMap(grantsOf))!;
    const [, shared, alone] = document.Statement.map(({ Condition }) => Condition);
    const via = { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' };
    expect(shared).toEqual({
      StringEquals: via,
      StringLike: {
        'kms:EncryptionContext:SecretARN': [arnOf(known), arnOf(expected)],
      },
    });
    expect(alone).toEqual({
      StringEquals: { ...via, 'kms:EncryptionContext:SecretARN': [arnOf(elsewhere)] },
    });
    const readable = ['AbCdEf', '000000', 'zzzzzz'].map((end) => ({ ...expected, suffix: end }));
    const denied = [
      ...['AbCdE', 'AbCdEfG', 'x-AbCdEf'].map((end) => ({ ...expected, suffix: end })),
      ...['shop/ne', 'shop/new2', 'shop/new/AbCdEf', 'other'].map((name) =>
        secretOf(name, 'AbCdEf', key!),
      ),
      { ...known, suffix: '000000' },
    ];
    const both = (secret: Secret, allowed: boolean): Expected[] => [
      [reading(secret), allowed],
      [decrypting(secret, key!), allowed],
    ];
    await check([document], here, [
      ...[...readable, known].flatMap((secret) => both(secret, true)),
      ...denied.flatMap((secret) => both(secret, false)),
      ...[...readable, known].map((secret) => [decrypting(secret, other!), false] as const),
    ]);
  });

  test('lets environment files in S3 be read, and their buckets be located', async () => {
    for (const where of places) {
      const bucket = `arn:${where.partition}:s3:::shop-config`;
      const files = ['web.env', 'prod/web.env', 'web.env'].map((file) => ({
        objectArn: `${bucket}/${file}`,
      }));
      const document = executionPolicy([], files)!;
      expect(document.Statement).toHaveLength(2);
      const object = (name: string, action = 's3:GetObject'): Question => ({
        action,
        resource: `${bucket}/${name}`,
      });
      await check([document], where, [
        [object('web.env'), true],
        [object('prod/web.env'), true],
        [{ action: 's3:GetBucketLocation', resource: bucket }, true],
        ...['web.en', 'web.env2', 'prod/', 'prod/other.env', 'web.env/web.env'].map(
          (name) => [object(name), false] as const,
        ),
        ...['s3:PutObject', 's3:DeleteObject', 's3:GetObjectVersion'].map(
          (action) => [object('web.env', action), false] as const,
        ),
        [{ action: 's3:ListBucket', resource: bucket }, false],
        [{ action: 's3:GetBucketLocation', resource: `${bucket}-2` }, false],
        [{ action: 's3:GetObject', resource: `${bucket}-2/web.env` }, false],
      ]);
    }
  });

  test('is none where there is nothing to grant', () => {
    expect(executionPolicy([])).toBeUndefined();
  });
});

describe('compacted grants', () => {
  test('may share a separator that a name begins with', () => {
    const secrets = ['-', '-/a', '-b'].flatMap((name) => grantsOf(parameterOf(name)));
    const widest = secrets.map((grant) => ({ ...grant, arn: `${arnOf(parameterOf('-'))}*` }));
    const compact = compactGrants({ secrets, files: [] }, policySize(executionPolicy(widest)));
    expect(compact?.wildcards).toEqual([{ pattern: `${arnOf(parameterOf('-'))}*`, secrets: 3 }]);
  });

  test('let every granted secret be read, and besides only what the wildcards tell', async () => {
    const seen = { widened: 0, exact: 0, refused: 0, between: 0 };
    await fc.assert(
      fc.asyncProperty(
        worlds({ minLength: 12, maxLength: 40 }, 1, true),
        fc.integer({ min: -3, max: 10 }).map((tenths) => tenths / 10),
        async (world, share) => {
          const granted = grantedOf(world);
          const grants: Grants = { secrets: granted.flatMap(grantsOf), files: [] };
          const full = policySize(executionPolicy(grants.secrets));
          const least = policySize(executionPolicy(widest(granted)));
          const limit = Math.floor(least + (full - least) * share);
          const compact = compactGrants(grants, limit);
          if (!compact) {
            seen.refused += 1;
            expect(least).toBeGreaterThan(limit);
            return;
          }
          const document = executionPolicy(compact.grants.secrets)!;
          expect(policySize(document)).toBeLessThanOrEqual(limit);
          const told = compact.wildcards.map(({ pattern }) => pattern);
          for (const pattern of told) expect(pattern).toMatch(narrow);
          const under = (arn: string): string | undefined =>
            told.find((pattern) => arn.startsWith(pattern.slice(0, -1)));
          const arns = granted.map(arnOf);
          // What is told is what was widened, and nothing else was.
          const written = document.Statement.flatMap(({ Sid, Resource = [] }) =>
            Sid.startsWith('Read') ? Resource : [],
          );
          const kept = arns.filter((arn) => under(arn) === undefined);
          expect([...written].sort()).toEqual([...told, ...kept].sort());
          for (const { pattern, secrets } of compact.wildcards) {
            const meant = arns.filter((arn) => under(arn) === pattern);
            expect({ pattern, secrets }).toEqual({ pattern, secrets: meant.length });
            expect(secrets).toBeGreaterThan(1);
          }
          const others = distinctByArn([...world, ...granted.slice(0, 6).flatMap(neighbours)]);
          const keyed = (secret: Secret, key: string): boolean =>
            granted.some(
              (one) =>
                one.keys.includes(key) &&
                (arnOf(one) === arnOf(secret) ||
                  (under(arnOf(one)) !== undefined && under(arnOf(one)) === under(arnOf(secret)))),
            );
          const expected = distinctByArn([...others, ...granted]).flatMap((secret): Expected[] => {
            const arn = arnOf(secret);
            const allowed = arns.includes(arn) || under(arn) !== undefined;
            if (!arns.includes(arn)) seen[allowed ? 'between' : 'exact'] += 1;
            return [
              [reading(secret), allowed],
              ...secret.keys.map((key): Expected => [decrypting(secret, key), keyed(secret, key)]),
            ];
          });
          await check([document], place(world), expected);
          seen.widened += told.length;
        },
      ),
      { numRuns: isWhole ? 100 : 40 },
    );
    expect(seen.widened).toBeGreaterThan(15);
    expect(seen.exact).toBeGreaterThan(200);
    expect(seen.between).toBeGreaterThan(40);
    expect(seen.refused).toBeGreaterThan(1);
  });

  test('stay as they are where they fit', () => {
    fc.assert(
      fc.property(worlds({ minLength: 1, maxLength: 24 }, 1), (world) => {
        const grants: Grants = { secrets: world.flatMap(grantsOf), files: [] };
        const size = policySize(executionPolicy(grants.secrets));
        expect(compactGrants(grants, size)).toEqual({ grants, wildcards: [] });
      }),
    );
  });

  test('widen the deepest places first', () => {
    const names = ['shop/prod/db/user', 'shop/prod/db/password', 'shop/prod/api', 'shop/test/api'];
    const secrets = names.flatMap((name) => grantsOf(parameterOf(name)));
    const patternsAt = (characters: number): string[] =>
      compactGrants({ secrets, files: [] }, characters)!.wildcards.map(({ pattern }) =>
        pattern.replace(/.*:/, ''),
      );
    const full = policySize(executionPolicy(secrets));
    expect(patternsAt(full - 1)).toEqual(['parameter/shop/prod/db/*']);
    expect(patternsAt(full - 80)).toEqual(['parameter/shop/prod/*']);
    expect(patternsAt(full - 160)).toEqual(['parameter/shop/*']);
  });

  test('are none where a whole store would have to be granted', () => {
    const secrets = ['a', 'b', 'c', 'd'].flatMap((name) => [
      ...grantsOf(parameterOf(name)),
      ...grantsOf(secretOf(name, 'AbCdEf')),
    ]);
    const size = policySize(executionPolicy(secrets));
    expect(compactGrants({ secrets, files: [] }, size - 1)).toBeUndefined();
  });

  test('count the files that are granted beside them', () => {
    const secrets = ['shop/a', 'shop/b'].flatMap((name) => grantsOf(parameterOf(name)));
    const files = [{ objectArn: 'arn:aws:s3:::shop/web.env' }];
    const size = policySize(executionPolicy(secrets, files));
    const compact = compactGrants({ secrets, files }, size - 1)!;
    expect(compact.wildcards).toHaveLength(1);
    expect(compact.grants.files).toEqual(files);
    const least = policySize(executionPolicy(compact.grants.secrets, files));
    expect(compactGrants({ secrets, files }, least)).toEqual(compact);
    expect(compactGrants({ secrets, files }, least - 1)).toBeUndefined();
  });
});

describe('split grants', () => {
  const limits = fc.constantFrom(900, 1500, 3000, managedPolicyCharacters);
  const files = fc.uniqueArray(
    fc.integer({ min: 0, max: 30 }).map((id) => ({ objectArn: `arn:aws:s3:::shop/web-${id}.env` })),
    { maxLength: 4, selector: ({ objectArn }) => objectArn },
  );
  const documentsOf = (parts: readonly Grants[]): PolicyDocument[] =>
    parts.map((part) => executionPolicy(part.secrets, part.files)!);

  test('have parts within the limit that together grant exactly the same', async () => {
    const seen = { parts: 0 };
    await fc.assert(
      fc.asyncProperty(
        worlds({ minLength: 8, maxLength: 40 }, 2),
        files,
        limits,
        async (world, objects, limit) => {
          const granted = grantedOf(world);
          const secrets = granted.flatMap(grantsOf);
          const documents = documentsOf(splitGrants({ secrets, files: objects }, limit));
          for (const document of documents) expect(policySize(document)).toBeLessThanOrEqual(limit);
          const together = new Set(documents.flatMap(grantsIn));
          expect([...together].sort()).toEqual(grantsIn(executionPolicy(secrets, objects)));
          const arns = new Set(granted.map(arnOf));
          const others = granted.slice(0, 4).flatMap(neighbours);
          await check(documents, place(world), [
            ...granted.flatMap((secret) => [
              [reading(secret), true] as const,
              ...secret.keys.map((key) => [decrypting(secret, key), true] as const),
            ]),
            ...granted
              .slice(0, 4)
              .flatMap(abuses)
              .map((question) => [question, false] as const),
            ...distinctByArn(others)
              .filter((secret) => !arns.has(arnOf(secret)))
              .map((secret) => [reading(secret), false] as const),
          ]);
          seen.parts = Math.max(seen.parts, documents.length);
        },
      ),
      { numRuns: isWhole ? 50 : 20 },
    );
    expect(seen.parts).toBeGreaterThan(3);
  });

  test('are the same in whatever order they are given', () => {
    fc.assert(
      fc.property(
        worlds({ minLength: 8, maxLength: 40 }, 1).chain((world) =>
          fc.tuple(
            fc.constant(world),
            fc.shuffledSubarray(world, { minLength: world.length, maxLength: world.length }),
          ),
        ),
        limits,
        ([one, two], limit) => {
          const [a, b] = [one, two].map((world) =>
            documentsOf(splitGrants({ secrets: world.flatMap(grantsOf), files: [] }, limit)),
          );
          expect(a).toEqual(b);
        },
      ),
    );
  });

  test('keep what a part grants already in that part', () => {
    fc.assert(
      fc.property(
        worlds({ minLength: 8, maxLength: 40 }, 1).chain((world) =>
          fc.tuple(fc.constant(world), fc.subarray(world, { minLength: 4 })),
        ),
        files,
        fc.boolean(),
        limits,
        ([all, some], objects, grows, limit) => {
          const [before, after] = grows ? [some, all] : [all, some];
          const grantsFor = (world: readonly Secret[]) => world.flatMap(grantsOf);
          const current = splitGrants({ secrets: grantsFor(before), files: objects }, limit);
          const wanted = { secrets: grantsFor(after), files: objects };
          const parts = splitGrants(wanted, limit, current);
          const keysOf = ({ secrets, files: own }: Grants): string[] => [
            ...secrets.map(({ arn, kmsKeyArn = '' }) => `${arn} ${kmsKeyArn}`),
            ...own.map(({ objectArn }) => objectArn),
          ];
          const kept = new Set(keysOf(wanted));
          expect(parts.flatMap(keysOf).sort()).toEqual([...kept].sort());
          // Parts that grant nothing any more are left out, which moves those behind them.
          const left = current
            .map((part) => keysOf(part).filter((one) => kept.has(one)))
            .filter((part, index) => part.length > 0 || index < parts.length);
          for (const part of left) {
            const there = parts.map(keysOf).find((one) => one.includes(part[0]!)) ?? [];
            expect(part.filter((one) => !there.includes(one))).toEqual([]);
          }
        },
      ),
    );
  });

  test('keep a secret and a file that fit together in one part', () => {
    const secrets = grantsOf(parameterOf('shop/db'));
    const objects = [{ objectArn: 'arn:aws:s3:::shop/web.env' }];
    const grants = { secrets, files: objects };
    expect(splitGrants(grants, managedPolicyCharacters)).toEqual([grants]);
    expect(splitGrants(grants, policySize(executionPolicy(secrets, objects)) - 1)).toEqual([
      { secrets, files: [] },
      { secrets: [], files: objects },
    ]);
  });
});

// --- scenes ---

const here = places[0]!;

function secretOf(name: string, suffix: string, ...keys: string[]): Secret {
  const where = { place: here, region: 'us-east-1', account: accounts[0] };
  return { store: 'secrets-manager', ...where, name, suffix, keys };
}

function parameterOf(name: string, ...keys: string[]): Secret {
  return { ...secretOf(name, '', ...keys), store: 'parameter-store' };
}

/** A wildcard that leaves something of a name before it, and no other one. */
const narrow =
  /^arn:[^:*?]+:(ssm:[^:*?]+:\d{12}:parameter\/|secretsmanager:[^:*?]+:\d{12}:secret:)[^*?]+\*$/;

/** The grants as wide as they may become: what begins alike up to a separator is one pattern. */
function widest(secrets: readonly Secret[]): Grant[] {
  const store = (secret: Secret): string =>
    arnOf({ ...secret, name: '', suffix: '' }).replace(/-$/, '');
  const group = (secret: Secret): string =>
    store(secret) + (/^.*?[/_.-]/.exec(secret.name)?.[0] ?? secret.name);
  return secrets.flatMap((secret) => {
    const alike = secrets.filter((one) => group(one) === group(secret)).map(arnOf);
    if (alike.length < 2) return grantsOf(secret);
    const arn = arnOf(secret);
    let common = 0;
    while (alike.every((one) => one[common] === arn[common])) common += 1;
    const pattern = arn.slice(0, common).replace(/[^/_.-]*$/, '*');
    return grantsOf(secret).map((grant) => ({ ...grant, arn: pattern }));
  });
}
