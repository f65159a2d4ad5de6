import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { references, spellings } from '../../../src/model/auto-redeploy/match.ts';
import {
  readUse,
  secretUses,
  serviceConnectUses,
  type SecretUse,
} from '../../../src/model/definitions/secret-uses.ts';
import type { TaskDefinition } from '../../../src/model/definitions/task-definition.ts';
import { isPinned, refersTo, type SecretIdentity } from '../../../src/model/secrets/reference.ts';
import { isWhole } from '../../helpers/whole.ts';
import { evaluated } from '../../helpers/jsonata.ts';

const here = { partition: 'aws', region: 'eu-west-1', account: '123456789012' };
const arn = (service: string, resource: string, region = here.region, account = here.account) =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

const secret = (name: string): SecretIdentity => ({
  ...{ store: 'secrets-manager', name },
  arn: arn('secretsmanager', `secret:${name}-Ab12Cd`),
});
const parameter = (name: string): SecretIdentity => ({
  ...{ store: 'parameter-store', name },
  arn: arn('ssm', `parameter/${name.replace(/^\//, '')}`),
});
/** The same words in both stores; names that look as if they had AWS's 6 characters. */
const secrets = [
  ...['shop/db', 'shop/db-Ab12Cd', 'shop/db-Xy34Zw', 'pw', 'shop', '/shop/pw'].map(secret),
  ...['/shop/db', '/shop/db-Ab12Cd', 'pw', 'shop', '/shop/pw', 'arn'].map(parameter),
];

const suffixes = [
  ...['', ':key', ':key::', ':key:AWSCURRENT:', ':key:AWSCURRENT', '::AWSCURRENT:', ':::'],
  ...['::AWSPREVIOUS:', ':key:AWSPENDING', ':::EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE'],
  ':key:AWSCURRENT:EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE',
];
/** Every spelling of every secret, and some of other regions, accounts and none. */
const texts = [
  ...secrets.flatMap(({ store, name, arn: own }) =>
    store === 'parameter-store'
      ? [own, name, `/${name.replace(/^\//, '')}`, name.replace(/^\//, '')].flatMap((one) => [
          one,
          ...(one.startsWith('arn:') ? [] : [`ssm:${one}`]),
        ])
      : [own, own.slice(0, -7), `sm:${name}`].flatMap((one) =>
          suffixes.map((suffix) => `${one}${suffix}`),
        ),
  ),
  arn('secretsmanager', 'secret:shop/db-Ab12Cd', 'us-east-1'),
  arn('secretsmanager', 'secret:shop/db', here.region, '210987654321'),
  arn('ssm', 'parameter/pw', 'us-east-1'),
  ...['', 'arn:', 'sm:', 'ssm:', 'shop/db', 'sm:shop/db-Zz', 'sm:shop/d', '/shop/db/more', '/sho'],
];

interface Scene {
  definition: TaskDefinition;
  connect: string[];
}
const containers = (more: object[]): Scene => ({
  definition: {
    family: 'f',
    containerDefinitions: more.map((one, at) => ({ name: `c${at}`, image: 'i', ...one })),
  },
  connect: [],
});
const isArn = (text: string): boolean => /^arn:aws:(ssm|secretsmanager):/.test(text);
/** A place of a reference, with many references in it. */
const places: Record<string, (list: readonly string[]) => Scene> = {
  secrets: (list) => containers([{ secrets: list.map((valueFrom) => ({ name: 'A', valueFrom })) }]),
  'secrets of many containers': (list) =>
    containers(list.map((valueFrom) => ({ secrets: [{ name: 'A', valueFrom }] }))),
  secretOptions: (list) =>
    containers(
      list.map((valueFrom) => ({
        logConfiguration: { logDriver: 'splunk', secretOptions: [{ name: 'A', valueFrom }] },
      })),
    ),
  repositoryCredentials: (list) =>
    containers(
      list.map((credentialsParameter) => ({ repositoryCredentials: { credentialsParameter } })),
    ),
  credentialSpecs: (list) =>
    containers([{ credentialSpecs: list.filter(isArn).map((one) => `credentialspec:${one}`) }]),
  'credentialSpecs without a domain': (list) =>
    containers(
      list
        .filter(isArn)
        .map((one) => ({ credentialSpecs: [`credentialspecdomainless:${one}`, 'file://x'] })),
    ),
  fsxCredentials: (list) => ({
    definition: {
      family: 'f',
      containerDefinitions: [{ name: 'c', image: 'i' }],
      volumes: list.map((credentialsParameter, at) => ({
        name: `v${at}`,
        fsxWindowsFileServerVolumeConfiguration: {
          ...{ fileSystemId: 'fs-1', rootDirectory: '/' },
          authorizationConfig: { credentialsParameter, domain: 'd' },
        },
      })),
    },
    connect: [],
  }),
  serviceConnect: (list) => ({ ...containers([{}]), connect: [...list] }),
};

// The state machine looks for references in JSONata: it must find what where-used finds.
describe.runIf(inject('stepFunctions'))('references in the state machine', () => {
  let keys: string[][];
  beforeAll(async () => {
    const asked = secrets.map((one): [string, unknown] => [`($one := $; ${spellings})`, one]);
    keys = (await evaluated(asked)) as string[][];
  });

  test('no spelling belongs to two secrets', () => {
    const all = keys.flat();
    expect(all.filter((one, at) => all.indexOf(one) !== at)).toEqual([]);
  });

  test('are those of where-used in every place', async () => {
    const scenes = Object.values(places).map((place, at) =>
      place(isWhole || at === 0 ? texts : texts.filter((_, one) => (one + at) % 4 === 0)),
    );
    const expression = `($td := td; $connect := connect; ${references})`;
    const found = await evaluated(
      scenes.map(({ definition, connect }) => [expression, { td: pascal(definition), connect }]),
    );
    Object.keys(places).forEach((place, at) => {
      const scene = scenes[at];
      const uses = scene ? usesOf(scene) : [];
      expect(uses.length, place).toBeGreaterThan(15);
      const seen = (found[at] as { base: string; pinned: boolean }[]).map(({ base, pinned }) =>
        secrets.filter((_, index) => keys[index]?.includes(base)).map((one) => [one.arn, pinned]),
      );
      const rows = uses.flatMap((use, index) => {
        const expected = ours(use);
        // What is malformed starts no task; the machine may take it for a reference.
        if (!expected || isDeepStrictEqual(seen[index], expected)) return [];
        return [[use.valueFrom, seen[index], expected]];
      });
      expect(rows, place).toEqual([]);
    });
  });

  test('a task definition without any has none', async () => {
    const scenes = [{ td: {} }, { td: { ContainerDefinitions: [{ Name: 'c' }] }, connect: [] }];
    const expression = `($td := td; $connect := connect; ${references})`;
    expect(await evaluated(scenes.map((one) => [expression, one]))).toEqual([[], []]);
  });
});

/** The references of a scene; those that are malformed too. */
function usesOf({ definition, connect }: Scene): SecretUse[] {
  const options = connect.map((valueFrom) => ({ name: 'A', valueFrom }));
  return [...secretUses(definition), ...serviceConnectUses(options)];
}

/** The secrets that a use refers to by the rules of `where-used`, and whether it is pinned; undefined if malformed. */
function ours(use: SecretUse): [string, boolean][] | undefined {
  const reference = readUse(use);
  if (!reference) return undefined;
  return secrets
    .filter((one) => refersTo(reference, one, here))
    .map((one) => [one.arn, isPinned(reference)]);
}

/** As Step Functions gives the answer of DescribeTaskDefinition to a state. */
function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`,
      pascal(member),
    ]),
  );
}
