import type { LaunchSettings, Task, TaskDefinition } from './state.ts';

/** A Date for a moment that may not have come. */
export const date = (moment: number | undefined) =>
  moment === undefined ? undefined : new Date(moment);

/** Launch settings with what AWS adds to them. */
export function settingsView(settings: LaunchSettings, definition: TaskDefinition | undefined) {
  if (settings.launchType !== 'FARGATE') return { ...settings };
  const { platformVersion = 'LATEST' } = settings;
  return { ...settings, platformVersion, platformFamily: platformFamily(definition) };
}

/** The platform that a task runs on; members of no value where it is no Fargate task. */
export function platformView({ definition, settings }: Task) {
  if (settings.launchType !== 'FARGATE') return {};
  const { platformVersion = 'LATEST' } = settings;
  const family = platformFamily(definition);
  const newest = family === 'Linux' ? '1.4.0' : '1.0.0';
  return {
    platformVersion: platformVersion === 'LATEST' ? newest : platformVersion,
    platformFamily: family,
  };
}

/** How many tasks pass a test. */
export const count = (tasks: readonly Task[], test: (task: Task) => boolean) =>
  tasks.filter(test).length;

/** Whether a task runs. */
export const isRunning = (task: Task) => task.lastStatus === 'RUNNING';

/** Whether a task is on its way to run. */
export const isPending = (task: Task) =>
  task.lastStatus === 'PENDING' || task.lastStatus === 'PROVISIONING';

/** The family of a task definition's operating system; that of a Windows one as it was registered. */
function platformFamily(definition: TaskDefinition | undefined): string {
  const platform = definition?.registration.runtimePlatform ?? {};
  const { operatingSystemFamily } = platform as { operatingSystemFamily?: unknown };
  if (typeof operatingSystemFamily !== 'string') return 'Linux';
  return operatingSystemFamily.startsWith('WINDOWS') ? operatingSystemFamily : 'Linux';
}
