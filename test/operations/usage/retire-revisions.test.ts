import { expect, test } from 'vitest';
import { AwsError } from '../../../src/errors.ts';
import {
  nothingRetired,
  retire,
  type Candidate,
} from '../../../src/operations/usage/retire-revisions.ts';
import type { RevisionUsers } from '../../../src/operations/usage/revision-users.ts';
import { fakeAws, type Answers } from '../../helpers/fake-aws.ts';

const revisions = (count: number, status = 'ACTIVE'): Candidate[] =>
  Array.from({ length: count }, (_, index) => ({ arn: `web:${index + 1}`, status }));
const noUsers: RevisionUsers = { users: new Map(), unchecked: [] };

/** Retires revisions in an ECS that answers so; answers what became of them, also after an error. */
async function retired(
  all: Candidate[],
  ecs: Answers['ecs'],
  {
    deletion = true,
    interrupt = new AbortController(),
    look = () => Promise.resolve(noUsers),
  }: { deletion?: boolean; interrupt?: AbortController; look?: () => Promise<RevisionUsers> } = {},
) {
  const outcome = nothingRetired();
  const steps: string[] = [];
  const error = await retire(fakeAws({ ecs: ecs! }), all, { deletion, look }, outcome, {
    interrupted: interrupt.signal,
    onProgress: ({ step, done = 0, total = 0 }) => steps.push(`${step} ${done}/${total}`),
  }).catch((thrown: unknown) => thrown);
  return { ...outcome, steps, error };
}
const deregister = () => Promise.resolve();
const deleteRevisions = () => Promise.resolve([]);

test('revisions are deregistered, then deleted 10 a call', async () => {
  const batches: number[] = [];
  const { deregistered, deleted, steps } = await retired(revisions(12), {
    deregister,
    deleteRevisions: (arns) => {
      batches.push(arns.length);
      return Promise.resolve([]);
    },
  });
  expect(deregistered).toHaveLength(12);
  expect(deleted).toEqual(deregistered);
  expect(batches).toEqual([10, 2]);
  expect(steps.slice(-3)).toEqual([
    'deregistering old revisions 12/12',
    'deleting old revisions 10/12',
    'deleting old revisions 12/12',
  ]);
});

test('what is INACTIVE already needs no call, and nothing is deleted without being asked', async () => {
  const { deregistered, deleted } = await retired(
    revisions(2, 'INACTIVE'),
    {},
    { deletion: false },
  );
  expect(deregistered).toEqual(['web:1', 'web:2']);
  expect(deleted).toEqual([]);
});

test('what could not be deleted is told with its reason, the others are deleted', async () => {
  const failed = [{ arn: 'web:2', reason: 'it is still referenced' }];
  const outcome = await retired(revisions(3), {
    ...{ deregister, deleteRevisions: () => Promise.resolve(failed) },
  });
  expect(outcome.failed).toEqual(failed);
  expect(outcome.deleted).toEqual(['web:1', 'web:3']);
});

test('an error on the way keeps what was done', async () => {
  const throttled = new AwsError('throttled', 'Rate exceeded');
  const first = await retired(revisions(3), {
    deregister: (arn) => (arn === 'web:2' ? Promise.reject(throttled) : Promise.resolve()),
  });
  expect(first).toMatchObject({ error: throttled, deregistered: ['web:1'], deleted: [] });
  let calls = 0;
  const second = await retired(revisions(12), {
    deregister,
    deleteRevisions: () => {
      calls += 1;
      return calls === 2 ? Promise.reject(throttled) : Promise.resolve([]);
    },
  });
  expect(second.error).toBe(throttled);
  expect(second.deregistered).toHaveLength(12);
  expect(second.deleted).toHaveLength(10);
});

test('an interrupt ends it between two calls, before anything is deleted', async () => {
  const interrupt = new AbortController();
  const stop = {
    ...{ deleteRevisions },
    deregister: (arn: string) => {
      if (arn === 'web:2') interrupt.abort();
      return Promise.resolve();
    },
  };
  const { deregistered, deleted, error } = await retired(revisions(5), stop, { interrupt });
  expect(error).toBeUndefined();
  expect(deregistered).toEqual(['web:1', 'web:2']);
  expect(deleted).toEqual([]);
});

test('an interrupt between two deletions ends it there', async () => {
  const interrupt = new AbortController();
  const ecs = {
    deregister,
    deleteRevisions: () => {
      interrupt.abort();
      return Promise.resolve([]);
    },
  };
  const { deleted } = await retired(revisions(25), ecs, { interrupt });
  expect(deleted).toHaveLength(10);
});

test('what has come into use since is left, and 20 at a time are looked at again', async () => {
  const user = { kind: 'service', name: 'shop/web' } as const;
  let looks = 0;
  const look = () => {
    looks += 1;
    const users = new Map(looks === 1 ? [] : [['web:22', [user]]]);
    return Promise.resolve({ users, unchecked: [] });
  };
  const asked: string[] = [];
  const outcome = await retired(
    revisions(23),
    { deregister: (arn) => Promise.resolve(void asked.push(arn)) },
    { deletion: false, look },
  );
  expect(looks).toBe(2);
  expect(outcome.inUse).toEqual([{ arn: 'web:22', users: [user] }]);
  expect(asked).toEqual(outcome.deregistered);
  expect(outcome.deregistered).toHaveLength(22);
});

test('an interrupt while they are looked at again ends it at once', async () => {
  const interrupt = new AbortController();
  const look = () => {
    interrupt.abort();
    return new Promise<never>(() => undefined);
  };
  const outcome = await retired(revisions(2), {}, { interrupt, look });
  expect(outcome).toMatchObject({ error: undefined, deregistered: [] });
});
