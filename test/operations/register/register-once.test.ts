import { expect, test } from 'vitest';
import type { Ecs, Revision } from '../../../src/aws/ecs.ts';
import { AwsError, Interrupted } from '../../../src/errors.ts';
import type { TaskDefinition } from '../../../src/model/definitions/task-definition.ts';
import { registerOnce } from '../../../src/operations/register/register-once.ts';

// RegisterTaskDefinition whose answer is lost: whether it was carried out has to be looked up.

const definition = (image: string): TaskDefinition => ({
  family: 'web',
  containerDefinitions: [{ name: 'web', image }],
});
const revision = (number: number, image: string, status = 'ACTIVE'): Revision => ({
  ...{ arn: `arn:aws:ecs:us-east-1:123456789012:task-definition/web:${number}`, status },
  definition: definition(image),
});
const lost = new AwsError('unreachable', 'the connection was reset');

/**
 * An ECS with these revisions; each attempt to register does what is given and then fails, and one that
 * is not given succeeds.
 */
function ecsWith(
  revisions: Revision[],
  attempts: ((register: (image: string) => void) => Error)[],
) {
  let asked = 0;
  const register = (image: string): Revision => {
    const made = revision(revisions.length + 1, image);
    revisions.push(made);
    return made;
  };
  const ecs: Partial<Ecs> = {
    registerTaskDefinition() {
      const attempt = attempts[asked];
      asked += 1;
      if (attempt) return Promise.reject(attempt(register));
      return Promise.resolve({ arn: register('new').arn, revision: revisions.length });
    },
    taskDefinition(id) {
      const number = /:(\d+)$/.exec(id)?.[1];
      return Promise.resolve(
        number === undefined
          ? revisions.findLast(({ status }) => status === 'ACTIVE')
          : revisions[Number(number) - 1],
      );
    },
  };
  return { ecs: ecs as Ecs, asked: () => asked, revisions };
}
const numberOf = ({ arn }: { arn: string }) => Number(arn.split(':').at(-1));

test('what was carried out is not registered again', async () => {
  const latest = revision(1, 'old');
  const { ecs, asked } = ecsWith([latest], [(register) => (register('new'), lost)]);
  expect(numberOf(await registerOnce(ecs, definition('new'), latest))).toBe(2);
  expect(asked()).toBe(1);
});

test('it is found behind what others have registered since', async () => {
  const latest = revision(1, 'old');
  const attempt = (register: (image: string) => void) => {
    for (const image of ['new', 'theirs', 'theirs too']) register(image);
    return lost;
  };
  const { ecs, asked } = ecsWith([latest], [attempt]);
  expect(numberOf(await registerOnce(ecs, definition('new'), latest))).toBe(2);
  expect(asked()).toBe(1);
});

test('what was not carried out is registered again, three times at most', async () => {
  const latest = revision(1, 'old');
  const twice = ecsWith([latest], [() => lost, () => lost]);
  expect(numberOf(await registerOnce(twice.ecs, definition('new'), latest))).toBe(2);
  const never = ecsWith([latest], [() => lost, () => lost, () => lost, () => lost]);
  await expect(registerOnce(never.ecs, definition('new'), latest)).rejects.toBe(lost);
  expect(never.asked()).toBe(3);
});

test('a revision that was equal before is not taken for ours', async () => {
  // With --force an equal revision is registered all the same.
  const latest = revision(1, 'new');
  const { ecs, asked } = ecsWith([latest], [() => lost]);
  expect(numberOf(await registerOnce(ecs, definition('new'), latest))).toBe(2);
  expect(asked()).toBe(2);
});

test('nor is one that is out of use: no service starts from it', async () => {
  const revisions = [revision(1, 'old'), revision(2, 'new', 'INACTIVE')];
  const { ecs } = ecsWith(revisions, [(register) => (register('theirs'), lost)]);
  const made = await registerOnce(ecs, definition('new'), revisions[0]);
  expect(numberOf(made)).toBe(4);
});

test('an error that says that nothing was done is not looked into', async () => {
  const refused = new AwsError('invalid', 'Container.image should not be null or empty.');
  const { ecs, asked } = ecsWith([], [() => refused]);
  await expect(registerOnce(ecs, definition('new'), undefined)).rejects.toBe(refused);
  expect(asked()).toBe(1);
});

test('where nobody can look, it is told that a revision may have been registered', async () => {
  const { ecs } = ecsWith([], [() => lost]);
  ecs.taskDefinition = () => Promise.reject(new AwsError('access-denied', 'no'));
  await expect(registerOnce(ecs, definition('new'), undefined)).rejects.toMatchObject({
    code: 'uncertain-write',
    message: 'a revision of web may have been registered: the connection was reset',
    hint: 'run the command again: a revision with the same content is reused',
  });
});

test('an interrupted user does not wait for a second attempt', async () => {
  const interrupted = new Interrupted('interrupted', undefined, { isUncertain: true });
  const { ecs, asked } = ecsWith([], [() => interrupted]);
  await expect(registerOnce(ecs, definition('new'), undefined)).rejects.toBe(interrupted);
  expect(asked()).toBe(1);
  // But is told of a revision that is there.
  const done = ecsWith([], [(register) => (register('new'), interrupted)]);
  expect(numberOf(await registerOnce(done.ecs, definition('new'), undefined))).toBe(1);
});
