import { expect, it } from 'vitest';
import { stoppedFromOutside, type Stop } from '../../../src/model/failures/stopped-from-outside.ts';

const outside: Stop[] = [
  { stopCode: 'UserInitiated', stoppedReason: 'no more' },
  { stopCode: 'SpotInterruption' },
  { stopCode: 'TerminationNotice', stoppedReason: 'Your Spot Task was interrupted.' },
  { stopCode: 'InfrastructureHealth', stoppedReason: 'x' },
  { stoppedReason: 'Your Spot Task was interrupted.' },
  { stoppedReason: 'Host EC2 (instance i-0123456789abcdef0) terminated.' },
  { stoppedReason: 'Host EC2 (instance i-0123456789abcdef0) stopped.' },
  {
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)',
  },
  {
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason:
      'Amazon ECS is performing maintenance on the underlying infrastructure hosting the task.',
  },
  {
    stoppedReason:
      'ECS is performing maintenance on the underlying infrastructure hosting the task.',
  },
];

it.each(outside)('a task has not failed that stopped with %j', (stop) => {
  expect(stoppedFromOutside(stop)).toBe(true);
});

const failed: Stop[] = [
  {},
  { stopCode: 'TaskFailedToStart', stoppedReason: 'ResourceInitializationError: x' },
  { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' },
  { stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Task failed ELB health checks in (x)' },
  { stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Task failed container health checks' },
  { stopCode: 'ANewOne', stoppedReason: 'x' },
];

it.each(failed)('a task has failed that stopped with %j', (stop) => {
  expect(stoppedFromOutside(stop)).toBe(false);
});
