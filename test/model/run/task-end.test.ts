import { describe, expect, it } from 'vitest';
import { endOf, processCode, type TaskState } from '../../../src/model/run/task-end.ts';

const task = (exitCode: number | undefined, more: Partial<TaskState> = {}): TaskState => ({
  lastStatus: 'STOPPED',
  stopCode: 'EssentialContainerExited',
  containers: [
    { name: 'other', exitCode: 9, reason: undefined },
    { name: 'app', exitCode, reason: undefined },
  ],
  ...more,
});

describe('the end of a container', () => {
  it.each<[string, TaskState, object | undefined]>([
    ['runs', task(undefined, { lastStatus: 'RUNNING', stopCode: undefined }), undefined],
    ['has exited while another one runs', task(0, { lastStatus: 'RUNNING' }), undefined],
    [
      'has exited, and its network is deleted',
      task(0, { lastStatus: 'DEPROVISIONING' }),
      { kind: 'exited', exitCode: 0 },
    ],
    [
      'has no code yet on the way to the end',
      task(undefined, { lastStatus: 'DEPROVISIONING' }),
      undefined,
    ],
    ['exited', task(3), { kind: 'exited', exitCode: 3, why: undefined }],
    ['never started', task(undefined, { stopCode: 'TaskFailedToStart' }), { kind: 'not-started' }],
    ['has no code', task(undefined), { kind: 'stopped' }],
    [
      'ended with 0 because it was told to',
      task(0, { stopCode: 'UserInitiated' }),
      { kind: 'stopped' },
    ],
    [
      'ended by the signal of a Spot interruption',
      task(143, { stopCode: 'SpotInterruption' }),
      { kind: 'exited', exitCode: 143, why: 'SIGTERM' },
    ],
  ])('%s', (_, state, end) => {
    const found = endOf(state, 'app');
    if (end === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(end);
  });

  it.each([
    [0, 0],
    [255, 255],
    [256, 1],
    [-1, 1],
    [3_221_225_786, 1],
  ])('code %d becomes %d', (code, own) => {
    expect(processCode(code)).toBe(own);
  });
});
