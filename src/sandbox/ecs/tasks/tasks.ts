import { ServiceError, type Call, type Operation } from '../../service.ts';
import { findCluster } from '../clusters.ts';
import { clientError, invalidParameter } from '../errors.ts';
import { ecsArn, lastSegment } from '../ids.ts';
import { type PageInput, pageOf } from '../paging.ts';
import { findService } from '../services/find-service.ts';
import { findPlaceOrRefuse } from './placement.ts';
import {
  regionOf,
  type LaunchSettings,
  type Task,
  type TaskOverride,
  type World,
} from '../state.ts';
import { checkTags } from '../tags.ts';
import { findActiveDefinition } from '../definitions/task-definitions.ts';
import { launchTask, stopTask } from './task-life.ts';
import { taskView } from './task-view.ts';
import type { Tag } from '../tag.ts';

const maxPerRun = 10;
const maxDescribed = 100;
const maxOverrides = 8192;

interface RunInput extends LaunchSettings {
  cluster?: string;
  taskDefinition: string;
  count?: number;
  group?: string;
  startedBy?: string;
  overrides?: TaskOverride;
  propagateTags?: string;
  tags?: Tag[];
  clientToken?: string;
}

interface ListInput extends PageInput {
  cluster?: string;
  serviceName?: string;
  family?: string;
  startedBy?: string;
  desiredStatus?: string;
  launchType?: string;
  containerInstance?: string;
}

/** The operations on tasks. */
export function taskOperations(world: World): Record<string, Operation> {
  return {
    RunTask: (input: RunInput, call: Call) => {
      const { tasks, failures } = runOnce(world, input, call.region);
      return { tasks: tasks.map((task) => taskView(task, true)), failures };
    },

    StopTask: (input: { cluster?: string; task: string; reason?: string }, call: Call) => {
      const cluster = findCluster(world, call.region, input.cluster);
      const task = cluster.tasks.get(lastSegment(input.task));
      if (!task) throw invalidParameter('The referenced task was not found.');
      stopTask(world, task, 'UserInitiated', input.reason ?? 'Task stopped by user');
      return { task: taskView(task) };
    },

    ListTasks: (input: ListInput, call: Call) => {
      const arns = matching(world, input, call.region)
        .map((task) => task.arn)
        .sort();
      const { page, nextToken } = pageOf(arns, input, { default: 100, max: 100 });
      return { taskArns: page, nextToken };
    },

    DescribeTasks: (
      input: { cluster?: string; tasks?: string[]; include?: string[] },
      call: Call,
    ) => {
      const cluster = findCluster(world, call.region, input.cluster);
      const ids = input.tasks ?? [];
      if (ids.length === 0) throw invalidParameter('Tasks cannot be empty.');
      if (ids.length > maxDescribed) {
        throw invalidParameter(`Tasks cannot have more than ${maxDescribed} elements.`);
      }
      const tasks: unknown[] = [];
      const failures: unknown[] = [];
      for (const id of ids) {
        const task = cluster.tasks.get(lastSegment(id));
        if (task) tasks.push(taskView(task, input.include?.includes('TAGS')));
        else {
          const path = `task/${cluster.name}/${id}`;
          const arn = id.startsWith('arn:') ? id : ecsArn(world, call.region, path);
          failures.push({ arn, reason: 'MISSING' });
        }
      }
      return { tasks, failures };
    },
  };
}

interface Run {
  tasks: Task[];
  failures: { arn: string; reason: string }[];
}

/** A call with the token of an earlier one starts nothing. */
function runOnce(world: World, { clientToken, ...input }: RunInput, region: string): Run {
  if (clientToken === undefined) return run(world, input, region);
  if (!/^[!-~]{1,64}$/.test(clientToken)) {
    throw invalidParameter('The clientToken must have 1 to 64 printable ASCII characters.');
  }
  const { runs } = regionOf(world, region);
  const request = JSON.stringify(input);
  const earlier = runs.get(clientToken);
  if (earlier && earlier.request !== request) {
    throw new ServiceError(
      'ConflictException',
      'The provided clientToken is already in use with a different RunTask request.',
    );
  }
  if (earlier) return { tasks: earlier.tasks, failures: [] };
  const started = run(world, input, region);
  if (started.tasks.length > 0) runs.set(clientToken, { request, tasks: started.tasks });
  return started;
}

function run(world: World, input: RunInput, region: string): Run {
  const { count = 1, tags = [], overrides = {} } = input;
  const cluster = findCluster(world, region, input.cluster);
  const definition = findActiveDefinition(world, region, input.taskDefinition);
  checkTags(tags);
  if (!Number.isInteger(count) || count < 1 || count > maxPerRun) {
    throw invalidParameter(`Count must be between 1 and ${maxPerRun}.`);
  }
  if (JSON.stringify(overrides).length > maxOverrides) {
    throw invalidParameter(`Container Overrides length must be at most ${maxOverrides}`);
  }
  const names = definition.registration.containerDefinitions.map(({ name }) => name);
  for (const { name } of overrides.containerOverrides ?? []) {
    if (name === undefined || !names.includes(name)) {
      throw clientError(
        'Override for container named ' +
          (name ?? '') +
          ' is not a container in the TaskDefinition.',
      );
    }
  }
  const settings: LaunchSettings = {
    launchType: input.launchType ?? (input.capacityProviderStrategy ? undefined : 'EC2'),
    capacityProviderStrategy: input.capacityProviderStrategy,
    platformVersion: input.platformVersion,
    networkConfiguration: input.networkConfiguration,
  };
  const inherited = input.propagateTags === 'TASK_DEFINITION' ? definition.tags : [];
  const started: Task[] = [];
  while (started.length < count) {
    const place = findPlaceOrRefuse(cluster, definition, settings);
    if (!place.ok) return { tasks: started, failures: place.failures };
    const task = launchTask(world, region, cluster, {
      definition,
      group: input.group ?? `family:${definition.family}`,
      startedBy: input.startedBy,
      instance: place.instance,
      overrides: structuredClone(overrides),
      settings,
      tags: [...inherited, ...tags],
    });
    started.push(task);
  }
  return { tasks: started, failures: [] };
}

function matching(world: World, input: ListInput, region: string): Task[] {
  const cluster = findCluster(world, region, input.cluster);
  const service =
    input.serviceName === undefined
      ? undefined
      : findService(world, region, input.cluster, input.serviceName);
  const desiredStatus = input.desiredStatus ?? 'RUNNING';
  return [...cluster.tasks.values()].filter(
    (task) =>
      task.desiredStatus === desiredStatus &&
      (!service || task.service === service) &&
      (input.family ?? task.definition.family) === task.definition.family &&
      (input.startedBy ?? task.startedBy) === task.startedBy &&
      (input.containerInstance === undefined ||
        task.instance?.id === lastSegment(input.containerInstance)) &&
      (input.launchType ?? task.settings.launchType) === task.settings.launchType,
  );
}
