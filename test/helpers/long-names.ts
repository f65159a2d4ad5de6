import { openShop, type Shop } from './scene.ts';

/** A shop with names as large companies have them: 12 services of one cluster, each with a family of its own. */
export interface LongNames {
  shop: Shop;
  cluster: string;
  /** Every service uses it. */
  parameter: string;
  /** The name of a secret that every service uses, without `sm:`. */
  secret: string;
  /** The execution role of all. */
  role: string;
  families: string[];
}

/** Opens that shop. Each task definition has a plain value that looks like a secret. */
export async function openLongNames(): Promise<LongNames> {
  const shop = await openShop();
  const cluster = 'production-eu-west-1-checkout-and-payment';
  const parameter = '/production/checkout/payment-authorization/database/main/password';
  const secret = 'production/checkout/payment-authorization/provider-credentials';
  const role = 'production-checkout-payment-authorization-execution';
  const families = Array.from(
    { length: 12 },
    (_, index) => `checkout-payment-authorization-worker-for-region-${index}-blue`,
  );
  await shop.run(['put', parameter], { stdin: 'one' });
  await shop.run(['put', `sm:${secret}:api-key`], { stdin: 'one' });
  await shop.run(['role', 'create', role, '--secret', parameter, '--secret', `sm:${secret}`]);
  await Promise.all(
    families.map(async (family) => {
      const files = { 'task.json': definitionOf(family) };
      const secrets = [`PASSWORD=${parameter}`, `API_KEY=sm:${secret}:api-key`];
      const argv = ['register', 'task.json', '--execution-role', role];
      const edits = secrets.flatMap((one) => ['--secret', one]);
      const { code, stderr } = await shop.run([...argv, ...edits], { files });
      if (code !== 0) throw new Error(stderr);
      await shop.service({ cluster, name: family, taskDefinition: family });
    }),
  );
  return { shop, cluster, parameter, secret, role, families };
}

/** The task definition of a family, without its secrets. */
export function definitionOf(family: string): string {
  return JSON.stringify({
    family,
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    containerDefinitions: [
      {
        name: 'authorization-worker',
        image: 'httpd:2.4',
        environment: [
          { name: 'DATABASE_URL', value: `postgres://worker:kP3xV9mQ2z@db.internal/${family}` },
        ],
      },
    ],
  });
}
