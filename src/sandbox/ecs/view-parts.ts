import type { LaunchSettings, Task } from './state.ts';

/** A Date for a moment that may not have come. */
export const date = (moment: number | undefined) =>
  moment === undefined ? undefined : new Date(moment);

/** Launch settings with what AWS adds to them. */
export function settingsView(settings: LaunchSettings) {
  if (settings.launchType !== 'FARGATE') return { ...settings };
  const { platformVersion = 'LATEST' } = settings;
  return { ...settings, platformVersion, platformFamily: 'Linux' };
}

/** How many tasks pass a test. */
export const count = (tasks: readonly Task[], test: (task: Task) => boolean) =>
  tasks.filter(test).length;

/** Whether a task runs. */
export const isRunning = (task: Task) => task.lastStatus === 'RUNNING';

/** Whether a task is on its way to run. */
export const isPending = (task: Task) =>
  task.lastStatus === 'PENDING' || task.lastStatus === 'PROVISIONING';
