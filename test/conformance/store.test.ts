import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { backends, open, unique, type Answer, type Backend } from './backends.ts';

// The store commands, through the built program and read back by the AWS CLI, against the sandbox
// and against moto.
describe.each(backends())('the store against %s', (name) => {
  let backend: Backend;
  const place = `/${unique('app')}`;
  const secret = unique('db');
  const cli = inject('awsCli');

  beforeAll(async () => {
    backend = await open(name);
  });
  afterAll(() => backend.close());

  async function done(argv: readonly string[], stdin?: string): Promise<Answer> {
    const seen = await backend.run([...argv, '--json'], stdin);
    expect(seen).toMatchObject({ code: 0 });
    return JSON.parse(seen.stdout);
  }

  const file = 'USER=shop\nPASSWORD="p \'1\'"\n';

  test('import writes what differs', async () => {
    const lines = Array.from({ length: 25 }, (_, index) => `N${index}=${index}`).join('\n');
    const { secrets } = await done(['import', '-', '--prefix', place], `${file}${lines}`);
    expect(secrets).toHaveLength(27);
    const again = await backend.run(['import', '-', '--prefix', place], `${file}${lines}`);
    expect(again.stdout).toBe('0 created, 0 updated, 27 unchanged\n');
    const changed = await backend.run(['import', '-', '--prefix', place], 'USER=other\n');
    expect(changed.stdout).toBe('0 created, 1 updated, 0 unchanged\n');
  });

  test.runIf(cli)('the AWS CLI reads what import stored', async () => {
    const stored = await backend.aws(
      ...['ssm', 'get-parameter', '--with-decryption', '--name', `${place}/PASSWORD`],
    );
    expect(stored.Parameter).toMatchObject({ Value: "p '1'", Type: 'SecureString', Version: 1 });
  });

  test('import into Secrets Manager, one by one and as keys of one', async () => {
    expect(await done(['import', '-', '--prefix', `sm:${secret}`], file)).toMatchObject({
      secrets: [
        { key: 'USER', action: 'created' },
        { key: 'PASSWORD', action: 'created' },
      ],
    });
    const again = await backend.run(['import', '-', '--prefix', `sm:${secret}`], file);
    expect(again.stdout).toBe('0 created, 0 updated, 2 unchanged\n');
    await done(['import', '-', '--as-json', `${secret}-json`], file);
    expect(await done(['import', '-', '--as-json', `${secret}-json`], 'PORT=1\n')).toMatchObject({
      action: 'updated',
      keys: [{ key: 'PORT', action: 'created' }],
    });
    const seen = await backend.run(['get', `sm:${secret}-json:PASSWORD`, '--reveal']);
    expect(seen.stdout).toBe("p '1'");
  });

  test('list, get and history tell what there is', async () => {
    const { secrets } = await done(['list', place]);
    expect(secrets).toHaveLength(27);
    expect(await done(['list', `sm:${secret}`])).toMatchObject({ secrets: { length: 2 } });
    expect(await done(['get', `${place}/USER`])).toMatchObject({ version: 2, tier: 'Standard' });
    expect(await done(['get', `sm:${secret}-json`])).toMatchObject({
      keys: ['USER', 'PASSWORD', 'PORT'],
    });
    expect(await done(['history', `${place}/USER`])).toMatchObject({
      versions: [{ version: 2 }, { version: 1 }],
    });
    const { versions } = await done(['history', `sm:${secret}-json`]);
    expect(versions.some((one: Answer) => one.labels.includes('AWSCURRENT'))).toBe(true);
  });

  test('export, exec and diff read the same values', async () => {
    const seen = await backend.run(['export', '--prefix', `sm:${secret}`]);
    expect(seen.stdout).toBe('PASSWORD="p \'1\'"\nUSER=shop\n');
    const script = 'console.log(process.env.PASSWORD)';
    const argv = ['exec', '--prefix', place, '--', process.execPath, '-e', script];
    expect((await backend.run(argv)).stdout).toBe("p '1'\n");
    const diff = await backend.run(['diff', `sm:${secret}`, place, '--json']);
    expect(diff.code).toBe(3);
    expect(JSON.parse(diff.stdout)).toMatchObject({ missing: [], different: ['USER'], equal: 1 });
  });

  // Last, since moto's BatchGetSecretValue does not follow a label that was moved.
  test('rollback takes a parameter and a secret back', async () => {
    expect(await done(['rollback', `${place}/USER`])).toMatchObject({ version: 3, restored: 1 });
    expect((await backend.run(['get', `${place}/USER`, '--reveal'])).stdout).toBe('shop');
    await done(['put', `sm:${secret}/USER`], 'other');
    await done(['rollback', `sm:${secret}/USER`]);
    expect((await backend.run(['get', `sm:${secret}/USER`, '--reveal'])).stdout).toBe('shop');
  });

  test('delete and restore', async () => {
    await done(['delete', `${place}/N1`, '--yes']);
    expect((await backend.run(['get', `${place}/N1`])).code).toBe(1);
    await done(['delete', `sm:${secret}/USER`, '--yes', '--recovery-days', '7']);
    expect((await backend.run(['get', `sm:${secret}/USER`, '--reveal'])).code).toBe(1);
    expect(await done(['restore', `sm:${secret}/USER`])).toMatchObject({ action: 'restored' });
    expect((await backend.run(['get', `sm:${secret}/USER`, '--reveal'])).stdout).toBe('shop');
    const pruned = await backend.run(['import', '-', '--prefix', place, '--prune', '--yes'], file);
    expect(pruned.stdout).toContain('0 created, 0 updated, 2 unchanged, 24 deleted\n');
  });
});
