import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../helpers/run.ts';
import { openShop } from '../helpers/scene.ts';
import { fences, read, root } from './pages.ts';

/** The commands of the README below this mark, as they stand. */
async function marked(mark: string): Promise<string[]> {
  const readme = (await read(['README.md'])).get('README.md')!;
  const [, after = ''] = readme.split(`<!-- ${mark}`);
  return fences(after, 'sh')[0]!.trim().split('\n');
}

test.skipIf(process.platform === 'win32')(
  "the README's four commands do the job as they stand",
  async () => {
    const [put, role, register, rotate, ...more] = await marked('four-commands');
    expect(more).toEqual([]);
    const folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-'));
    await using shop = await openShop();
    try {
      await symlink(`${root}bin/ecs-secrets.js`, join(folder, 'ecs-secrets'));
      await copyFile(`${root}examples/web.task-definition.json`, join(folder, 'web.json'));
      const env = {
        ...shop.sandbox.environment,
        PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`,
        DB_PASSWORD: 'correct-horse-battery',
      };
      const shell = async (script: string): Promise<string> => {
        const seen = await runProgram('sh', ['-euc', `cd "$0"\n${script}`, folder], { env });
        expect(seen, script).toMatchObject({ code: 0 });
        return seen.stdout;
      };
      expect(await shell(put!)).toContain('created (version 1)');
      await shell(role!);
      expect(await shell(register!)).toContain('web:1');
      await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
      expect(await shop.injected('shop', 'web', 'DATABASE_PASSWORD')).toEqual([env.DB_PASSWORD]);

      expect(await shell(rotate!)).toMatch(/^shop\/web redeployed/m);
      const stored = await shop.ssm.send(
        new GetParameterCommand({ Name: '/shop/prod/db-password', WithDecryption: true }),
      );
      expect(stored.Parameter?.Value).toMatch(/^[A-Za-z0-9]{40}$/);
      expect(await shop.injected('shop', 'web', 'DATABASE_PASSWORD')).toEqual([
        stored.Parameter?.Value,
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
