import { describe, expect, test } from 'vitest';
import type { Aws } from '../../../src/aws/index.ts';
import { AwsError } from '../../../src/errors.ts';
import { findStale } from '../../../src/operations/usage/find-stale.ts';
import { resolveReference } from '../../../src/operations/secrets/resolve-references.ts';
import { parseReference, type Reference } from '../../../src/model/secrets/reference.ts';

const account = '123456789012';
const other = '210987654321';
const cluster = `arn:aws:ecs:us-east-1:${account}:cluster/shop`;
const taskDefinition = `arn:aws:ecs:us-east-1:${account}:task-definition/web:1`;
const created = new Date('2026-01-02T00:00:00Z');
const day = 86_400_000;

/** An AWS whose one task refers to these; `secrets` are described by id, or refused. */
function awsWith(
  references: readonly string[],
  secrets: Record<string, { changedAt: Date; currentVersionId?: string } | Error> = {},
): Aws {
  const ask = <T>(id: string, make: (found: object) => T): Promise<T | undefined> => {
    const found = secrets[id];
    if (found instanceof Error) return Promise.reject(found);
    return Promise.resolve(found && make(found));
  };
  const task = {
    ...{ arn: `${cluster.replace('cluster', 'task')}/1`, cluster, group: 'service:web' },
    ...{ taskDefinition, createdAt: created, startedAt: new Date(created.getTime() + 1) },
  };
  const definition = {
    family: 'web',
    containerDefinitions: [
      {
        name: 'web',
        secrets: references.map((valueFrom, index) => ({ name: `S${index}`, valueFrom })),
      },
    ],
  };
  return {
    caller: () => Promise.resolve({ partition: 'aws', region: 'us-east-1', account, arn: '' }),
    ecs: () =>
      Promise.resolve({
        clusters: () => Promise.resolve([cluster]),
        services: () => Promise.resolve([]),
        describeServices: () => Promise.resolve({ services: [], missing: [] }),
        runningTasks: () => Promise.resolve([task]),
        daemons: () => Promise.resolve([]),
        taskDefinition: (arn: string) => Promise.resolve({ arn, status: 'ACTIVE', definition }),
      }),
    parameterStore: () =>
      Promise.resolve({
        describe: async (names: readonly string[]) => {
          const found = await Promise.all(
            names.map((name) =>
              ask(name, (secret) => [name, { name, policyList: [], ...secret }] as const),
            ),
          );
          return new Map(found.filter((one) => one !== undefined));
        },
      }),
    secretsManager: () =>
      Promise.resolve({
        describe: (id: string) => ask(id, (secret) => ({ name: id, arn: id, ...secret })),
        versions: () => Promise.resolve([{ versionId: 'v1', createdAt: before }]),
      }),
  } as unknown as Aws;
}

const before = new Date(created.getTime() - day);
const everywhere = { clusters: [], services: [] };
const denied = new AwsError('access-denied', 'access denied: secretsmanager:DescribeSecret', {});
const foreignSecret = `arn:aws:secretsmanager:us-east-1:${other}:secret:theirs-AbCdEf`;
const foreignParameter = `arn:aws:ssm:us-east-1:${other}:parameter/theirs`;

/** What the one task holds of each secret, and why that is unknown. */
async function holdings(aws: Aws, reference?: Reference) {
  const secret = reference && (await resolveReference(aws, reference));
  const { tasks, unseen } = await findStale(aws, secret, everywhere);
  return {
    holding: tasks[0]?.holding,
    each: tasks[0]?.secrets.map(({ holding, why }) => why ?? holding),
    unseen: unseen.map(({ reference }) => reference),
  };
}

describe('what cannot be looked at is unknown, and the others are judged', () => {
  test("another account's secret and parameter", async () => {
    const references = [`${foreignSecret}:key::`, foreignParameter, '/shop/own', 'sm:own'];
    const secrets = {
      [foreignSecret]: denied,
      '/shop/own': { changedAt: new Date(created.getTime() + day) },
      own: { changedAt: before, currentVersionId: 'v1' },
    };
    expect(await holdings(awsWith(references, secrets))).toEqual({
      holding: 'stale',
      each: [
        'access denied: secretsmanager:DescribeSecret',
        `${foreignParameter} belongs to account ${other}; the caller belongs to ${account}`,
        'stale',
        'current',
      ],
      unseen: [foreignSecret, foreignParameter],
    });
  });

  test('even when there is nothing else', async () => {
    const aws = awsWith([foreignSecret], { [foreignSecret]: denied });
    expect(await holdings(aws)).toMatchObject({ holding: 'unknown', unseen: [foreignSecret] });
  });

  test('a secret without a value, and one that does not exist', async () => {
    const aws = awsWith(['sm:empty', 'sm:gone'], { empty: { changedAt: before } });
    expect(await holdings(aws)).toEqual({
      holding: 'unknown',
      each: ['the secret has no value', 'there is no such secret'],
      unseen: [],
    });
  });
});

describe('it fails when', () => {
  test('the secret in question cannot be looked at', async () => {
    const aws = awsWith([foreignSecret], { [foreignSecret]: denied });
    await expect(holdings(aws, parseReference(foreignSecret))).rejects.toThrow(denied);
  });

  test('no secret can be looked at, for another reason than a permission', async () => {
    const expired = new AwsError('expired-credentials', 'the AWS credentials have expired', {});
    const aws = awsWith(['sm:a', 'sm:b'], { a: expired, b: expired });
    await expect(holdings(aws)).rejects.toThrow(expired);
    const partly = awsWith(['sm:a', 'sm:own'], {
      a: expired,
      own: { changedAt: before, currentVersionId: 'v1' },
    });
    expect(await holdings(partly)).toMatchObject({ holding: 'unknown', unseen: ['sm:a'] });
  });
});
