import { expect, test } from 'vitest';
import type { Service } from '../../../src/aws/ecs-answers.ts';
import type { Aws } from '../../../src/aws/index.ts';
import { earlierRevision } from '../../../src/operations/rollout/earlier-revision.ts';

const arn = (revision: string): string =>
  `arn:aws:ecs:us-east-1:123456789012:task-definition/${revision}`;
const active = ['web:1', 'web:2', 'web:10', 'web:11', 'web:12'];
const aws = {
  ecs: () => Promise.resolve({ revisions: () => Promise.resolve(active.map(arn)) }),
} as unknown as Aws;

/** A service with these deployments, the PRIMARY one first. */
function service(...all: [revision: string, rolloutState: string | undefined][]): Service {
  const deployments = all.map(([revision, rolloutState], index) => ({
    ...{ id: `d${index}`, status: index === 0 ? 'PRIMARY' : 'ACTIVE' },
    ...{ taskDefinition: arn(revision), rolloutState, runningCount: 1 },
  }));
  const found = { cluster: 'c', name: 's', taskDefinition: deployments[0]?.taskDefinition };
  return { ...found, deployments } as unknown as Service;
}

test.each<[string, Service, string]>([
  ['completed', service(['web:11', 'COMPLETED']), 'web:10'],
  ['without a state', service(['web:10', undefined]), 'web:2'],
  ['in progress', service(['web:12', 'IN_PROGRESS'], ['web:2', 'COMPLETED']), 'web:2'],
  ['failed', service(['web:12', 'FAILED'], ['web:10', 'COMPLETED']), 'web:10'],
  ['of another family', service(['web:2', 'IN_PROGRESS'], ['old:9', 'COMPLETED']), 'old:9'],
  // Run again after an interrupt: the rollback that is in progress is not undone.
  ['going back', service(['web:10', 'IN_PROGRESS'], ['web:12', 'COMPLETED']), 'web:10'],
  ['failed to go back', service(['web:10', 'FAILED'], ['web:12', 'COMPLETED']), 'web:12'],
])('of a service whose deployment is %s', async (_state, found, expected) => {
  expect(await earlierRevision(aws, found, undefined)).toBe(arn(expected));
});
