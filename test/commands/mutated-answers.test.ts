import { afterAll, expect, test } from 'vitest';
import { mutatingProxy, seeded } from '../helpers/mutating-proxy.ts';
import { openShop, webDefinition, type Shop } from '../helpers/scene.ts';
import { isWhole } from '../helpers/whole.ts';

// All commands against a server whose answers are changed by chance: they end with a documented exit code,
// none of them calls it a defect of its own, and none hangs. MUTATION_SEED says which changes.

const wanted = isWhole ? 2_000 : 500;
const seed = Number(process.env.MUTATION_SEED ?? 1);
const lanes = 4;
let counted = 0;
let ran = 0;
const codes = new Map<number, number>();

afterAll(() => {
  const ends = [...codes]
    .sort(([a], [b]) => a - b)
    .map(([code, count]) => `${count}× exit ${code}`);
  process.stdout.write(
    `mutated answers: ${counted} in ${ran} commands (seed ${seed}): ${ends.join(', ')}\n`,
  );
});

/** README, "Exit codes"; 126 is that of `exec` where no program can be run. */
const documented = [0, 1, 2, 3, 4, 5, 126];

const follow = ['--timeout', '1s'];
const commands: readonly { argv: string[]; stdin?: string }[] = [
  { argv: ['put', '/shop/db'], stdin: 'value-N' },
  { argv: ['put', '/shop/new-N'], stdin: 'value-N' },
  { argv: ['put', 'sm:shop/json:key'], stdin: 'value-N' },
  { argv: ['put', 'sm:shop/new-N'], stdin: 'value-N' },
  { argv: ['get', '/shop/db'] },
  { argv: ['get', 'sm:shop/json:key', '--reveal'] },
  { argv: ['get', 'sm:shop/json'] },
  { argv: ['list', '/shop'] },
  { argv: ['list', 'sm:'] },
  { argv: ['history', '/shop/db'] },
  { argv: ['history', 'sm:shop/json'] },
  { argv: ['delete', '/shop/db', '--dry-run', '--force'] },
  { argv: ['delete', 'sm:shop/gone', '--yes'] },
  { argv: ['restore', 'sm:shop/gone'] },
  { argv: ['rollback', '/shop/db'] },
  { argv: ['rollback', 'sm:shop/json'] },
  { argv: ['rotate', '/shop/db'], stdin: 'value-N' },
  { argv: ['rotate', '/shop/db', '--redeploy', ...follow], stdin: 'value-N' },
  { argv: ['rotate', 'sm:shop/json:key', '--redeploy', ...follow], stdin: 'value-N' },
  { argv: ['redeploy', '/shop/db', ...follow] },
  { argv: ['redeploy', '/shop/db', '--stale', ...follow] },
  { argv: ['import', '-', '--prefix', '/bulk'], stdin: 'A=value-N\nB=other-N\n' },
  { argv: ['import', '-', '--as-json', 'bulk'], stdin: 'A=value-N\n' },
  { argv: ['export', '--prefix', '/shop', '--prefix', 'sm:shop'] },
  { argv: ['exec', '--task-definition', 'web', '--', 'true'] },
  { argv: ['diff', 'web', '/shop'] },
  { argv: ['where-used', '/shop/db'] },
  { argv: ['stale', '/shop/db'] },
  { argv: ['audit'] },
  { argv: ['verify', 'web', 'shop/web', '--read-values'] },
  { argv: ['diagnose', 'shop/web', '--read-values'] },
  { argv: ['register', 'web.json', '--secret', 'DB=/shop/db', '--execution-role', 'r'] },
  { argv: ['register', '--family', 'web', '--image', 'httpd:N'] },
  { argv: ['migrate', 'plain.json', '--prefix', '/moved-N', '--yes', '--execution-role', 'r'] },
  { argv: ['role', 'create', 'r', '--secret', '/shop/db', '--secret', 'sm:shop/json'] },
  { argv: ['role', 'create', 'r-N', '--secret', '/shop/db'] },
  { argv: ['role', 'show', 'r'] },
  { argv: ['role', 'check', 'r', '--secret', 'sm:shop/json:key'] },
  { argv: ['role', 'delete', 'r', '--dry-run', '--force'] },
  { argv: ['policy', 'execution', '--secret', '/shop/db'] },
];

const plain = webDefinition.replace('"HOST","value":"db"', '"DB_PASSWORD","value":"plain-Zq7Xw9"');

async function open(): Promise<Shop> {
  const shop = await openShop();
  for (const ref of ['/shop/db', 'sm:shop/json:key', 'sm:shop/gone']) {
    await shop.run(['put', ref], { stdin: 'first' });
    await shop.run(['put', ref], { stdin: 'second' });
  }
  await shop.run(['role', 'create', 'r', '--secret', '/shop/db', '--secret', 'sm:shop/json']);
  const references = ['--secret', 'DB=/shop/db', '--secret', 'KEY=sm:shop/json:key'];
  await shop.run(['register', 'web.json', ...references, '--execution-role', 'r']);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
  return shop;
}

test.concurrent.each(Array.from({ length: lanes }, (_, lane) => lane))(
  'commands end well whatever is answered (%i)',
  async (lane) => {
    const random = seeded(seed * lanes + lane);
    const shop = await open();
    const faults: string[] = [];
    let mutated = 0;
    for (let round = lane; mutated < wanted / lanes; round += 1) {
      const command = commands[round % commands.length];
      const numbered = (text = ''): string => text.replaceAll(/(?<=[-:])N/g, `${lane}${round}`);
      const argv = (command?.argv ?? []).map(numbered);
      await using proxy = await mutatingProxy(shop.sandbox.url, { random, share: 0.25 });
      const seen = await within(
        10_000,
        shop.run(argv, {
          stdin: numbered(command?.stdin),
          env: { ECS_SECRETS_ENDPOINT_URL: proxy.url },
          files: { 'plain.json': plain },
        }),
      );
      mutated += proxy.mutated.length;
      ran += 1;
      const where = `${argv.join(' ')} after ${proxy.mutated.join(', ')}`;
      if (seen === undefined) {
        faults.push(`hangs: ${where}`);
        continue;
      }
      codes.set(seen.code, (codes.get(seen.code) ?? 0) + 1);
      if (!documented.includes(seen.code)) faults.push(`exit ${seen.code}: ${where}`);
      if (/defect of ecs-secrets|TypeError|\[object/.test(seen.stdout + seen.stderr)) {
        faults.push(`${where}\n${seen.stderr}`);
      }
    }
    counted += mutated;
    await shop.sandbox.close();
    expect(faults).toEqual([]);
  },
);

/** What a promise resolves to, or undefined where that takes longer than so many milliseconds. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  return Promise.race([promise, late]).finally(() => {
    clearTimeout(timer);
  });
}
