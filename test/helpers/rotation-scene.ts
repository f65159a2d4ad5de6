import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { CreateServiceCommandInput } from '@aws-sdk/client-ecs';
import type { SandboxOptions } from '../../src/sandbox/index.ts';
import type { Seen, Setting } from './run.ts';
import { openShop, webDefinition, type Shop } from './scene.ts';

/** A shop whose services use a parameter and a secret, with their execution role. */
export interface RotationScene {
  shop: Shop;
  /** A service of cluster `shop` whose container has the variable DB, and whose deployment is completed. */
  service(
    name: string,
    more?: {
      secret?: string;
      /** The container crashes unless the value begins with "good". */
      picky?: boolean;
    } & Partial<CreateServiceCommandInput>,
  ): Promise<void>;
  /** `rotate /shop/db --redeploy` in this process, with the document of `--json`. */
  rotate(argv: readonly string[], value: string, setting?: Setting): Promise<Rotated>;
  /** The current value of /shop/db. */
  parameter(): Promise<string | undefined>;
  /** Stores a value of /shop/db as someone else would. */
  overwrite(value: string): Promise<void>;
  /** The operations that were called so far, without those of tasks. */
  calls(): Promise<string[]>;
  /** Resolves once an operation was called more often than so far. */
  called(operation: string): Promise<void>;
}

/** What is seen of a rotation. */
export interface Rotated extends Seen {
  data: {
    deployments: {
      service: string;
      deploymentId?: string;
      state: string;
      reason?: string;
      superseded: boolean;
    }[];
    skipped: { service: string; why: string }[];
    refused: { service: string; why: string }[];
    notStarted: { service: string }[];
    notSelected: { service: string }[];
    rollback?: { restored: boolean; why?: string; left: { service: string }[] };
  };
}

/** Task definition of a container that crashes unless its password begins with "good". */
const pickyDefinition = JSON.stringify({
  ...(JSON.parse(webDefinition) as Record<string, unknown>),
  containerDefinitions: [
    {
      name: 'web',
      image: 'httpd@sha256:0',
      memory: 64,
      dockerLabels: { 'ecs-secrets.sandbox/exit-unless': 'DB~^good' },
    },
  ],
});

/** Opens the scene: /shop/db and sm:shop/api:key are `good-1`, and the role `r` may read both. */
export async function openRotationScene(options: SandboxOptions = {}): Promise<RotationScene> {
  const shop = await openShop(options);
  await shop.run(['put', '/shop/db'], { stdin: 'good-1' });
  await shop.run(['put', 'sm:shop/api:key'], { stdin: 'good-1' });
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db', '--secret', 'sm:shop/api']);
  const families = new Map<string, Promise<Seen>>();

  async function calls(): Promise<string[]> {
    const answer = await fetch(`${shop.sandbox.url}/_sandbox/calls`);
    return ((await answer.json()) as { operation: string }[]).map(({ operation }) => operation);
  }
  const count = async (wanted: string): Promise<number> =>
    (await calls()).filter((operation) => operation === wanted).length;

  return {
    shop,
    calls,

    async service(name, { secret = '/shop/db', picky = false, ...more } = {}) {
      const family = `${picky ? 'picky' : 'web'}-${secret.replace(/\W+/g, '-')}`;
      const file = picky ? 'picky.json' : 'web.json';
      const argv = ['register', file, '--family', family, '--secret', `DB=${secret}`];
      const files = { 'picky.json': pickyDefinition };
      const registered =
        families.get(family) ?? shop.run([...argv, '--execution-role', 'r'], { files });
      families.set(family, registered);
      await registered;
      await shop.service({
        ...{ cluster: 'shop', name, taskDefinition: family, desiredCount: 1 },
        deploymentConfiguration: {},
        ...more,
      });
    },

    async rotate(argv, value, setting = {}) {
      const seen = await shop.run(['rotate', '/shop/db', '--redeploy', '--json', ...argv], {
        stdin: value,
        ...setting,
      });
      const data = (seen.stdout === '' ? {} : JSON.parse(seen.stdout)) as Rotated['data'];
      return { ...seen, data };
    },

    async parameter() {
      const command = new GetParameterCommand({ Name: '/shop/db', WithDecryption: true });
      return (await shop.ssm.send(command)).Parameter?.Value;
    },

    async overwrite(value) {
      await shop.ssm.send(
        new PutParameterCommand({
          ...{ Name: '/shop/db', Value: value, Type: 'SecureString', Overwrite: true },
        }),
      );
    },

    async called(operation) {
      const before = await count(operation);
      while ((await count(operation)) <= before) await new Promise(setImmediate);
    },
  };
}
