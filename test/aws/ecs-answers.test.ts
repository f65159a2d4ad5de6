import { describe, expect, test } from 'vitest';
import { toService, toServiceDeployment } from '../../src/aws/ecs-answers.ts';

const revision = (n: number) => `arn:aws:ecs:us-east-1:123456789012:task-definition/web:${n}`;
const deployments = [
  { id: 'old', status: 'ACTIVE', taskDefinition: revision(1) },
  { id: 'new', status: 'PRIMARY', taskDefinition: revision(2) },
];
const taskSets = [
  { status: 'ACTIVE', taskDefinition: revision(3) },
  { status: 'PRIMARY', taskDefinition: revision(4) },
];

describe('the revision that a service runs', () => {
  test.each([
    ['its own', { taskDefinition: revision(5), deployments, taskSets }, revision(5)],
    ["under EXTERNAL, the primary task set's", { taskSets }, revision(4)],
    ["of an Express service, the PRIMARY deployment's", { deployments }, revision(2)],
    ['none yet', { deployments: [] }, undefined],
  ])('is %s', (_, service, expected) => {
    expect(toService(service).taskDefinition).toBe(expected);
  });
});

test('no reason comes with characters that the agent quotes of a secret', () => {
  const reason = "tasks failed to start: invalid character 'Z' after object key";
  const masked = "tasks failed to start: invalid character '…' after object key";
  const service = toService({
    deployments: [{ rolloutState: 'FAILED', rolloutStateReason: reason }],
    events: [{ message: reason }],
  });
  expect(service.deployments[0]?.rolloutStateReason).toBe(masked);
  expect(service.events[0]?.message).toBe(masked);
  expect(toServiceDeployment({ statusReason: reason }).statusReason).toBe(masked);
});
