import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { backends, open, unique, type Backend } from './backends.ts';

// The compare-and-set that sets one JSON key rests on a refusal of UpdateSecretVersionStage.
describe.each(backends())('one JSON key against %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open(name);
  });
  afterAll(() => backend.close());

  test.runIf(inject('awsCli'))(
    'is set while the others stay, and no label is left behind',
    async () => {
      const secret = unique('json');
      for (const [key, value] of Object.entries({ user: 'admin', password: 'one' })) {
        expect((await backend.run(['put', `sm:${secret}:${key}`], value)).code).toBe(0);
      }
      expect((await backend.run(['put', `sm:${secret}:password`], 'two')).code).toBe(0);
      // Without the stage moto answers with the version that was current before a label was moved.
      const current = ['--secret-id', secret, '--version-stage', 'AWSCURRENT'];
      const read = await backend.aws('secretsmanager', 'get-secret-value', ...current);
      expect(JSON.parse(read.SecretString as string)).toEqual({ user: 'admin', password: 'two' });
      const shown = await backend.aws('secretsmanager', 'describe-secret', '--secret-id', secret);
      const stages = Object.values(shown.VersionIdsToStages as Record<string, string[]>).flat();
      expect(stages.sort()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
    },
  );
});
