import type { Question } from '../access.ts';
import {
  listOf,
  membersOf,
  passRoles,
  requestKeys,
  requestTags,
  resourceTags,
  tagging,
  textOf,
} from '../condition-keys.ts';
import type { Call } from '../service.ts';
import { instanceArn } from './tasks/container-instances.ts';
import { ecsArn, lastSegment } from './ids.ts';
import type { World } from './state.ts';
import { taggedOf } from './tags.ts';
import { findDefinition } from './definitions/task-definitions.ts';
import type { Tag } from './tag.ts';

type Input = Record<string, unknown>;
type Questions = (world: World, input: Input, region: string) => Question[];

/** What a role must be allowed for a request (service authorization reference of ECS). */
export function questionsOf(
  world: World,
  operation: string,
  input: Input,
  { region }: Call,
): Question[] {
  const questions = Object.hasOwn(byOperation, operation) ? byOperation[operation] : undefined;
  return questions?.(world, input, region) ?? [{ resource: '*' }];
}

// --- internal ---

/** Operations that are not here are asked for on `*`. */
const byOperation: Readonly<Record<string, Questions>> = {
  CreateCluster: (world, input, region) =>
    creation('CreateCluster', input, { resource: clusterArn(world, region, input.clusterName) }),
  DescribeClusters: (world, input, region) =>
    (input.clusters === undefined ? ['default'] : listOf(input.clusters)).map((cluster) =>
      about(world, region, clusterArn(world, region, cluster)),
    ),
  DeleteCluster: (world, input, region) => [
    about(world, region, clusterArn(world, region, input.cluster)),
  ],

  RegisterContainerInstance(world, input, region) {
    const own = about(world, region, clusterArn(world, region, input.cluster));
    const created = instanceArn(world, region, clusterName(input.cluster), '*');
    const by = { 'ecs:CreateAction': 'RegisterContainerInstance' };
    return [
      { ...own, context: { ...own.context, ...requestTags(input.tags) } },
      ...tagging('ecs:TagResource', created, input.tags, by),
    ];
  },
  DeregisterContainerInstance: (world, input, region) => [
    about(world, region, clusterArn(world, region, input.cluster)),
  ],
  ListContainerInstances: (world, input, region) => [
    about(world, region, clusterArn(world, region, input.cluster)),
  ],
  DescribeContainerInstances: (world, input, region) =>
    listOf(input.containerInstances).map((one) => {
      const id = lastSegment(textOf(one));
      const arn = instanceArn(world, region, clusterName(input.cluster), id);
      return about(world, region, arn, inCluster(world, input, region));
    }),

  RegisterTaskDefinition(world, input, region) {
    const { family, requiresCompatibilities: compatibilities } = input;
    const own = {
      resource: ecsArn(world, region, `task-definition/${textOf(family)}:*`),
      context: { 'ecs:compute-compatibility': listOf(compatibilities).map(textOf) },
    };
    return [
      ...creation('RegisterTaskDefinition', input, own),
      ...passed(world, input.taskRoleArn, input.executionRoleArn),
    ];
  },
  DeleteTaskDefinitions: (world, input, region) =>
    listOf(input.taskDefinitions).map((one) =>
      about(world, region, definitionArn(world, region, one)),
    ),

  CreateService(world, input, region) {
    const own = {
      resource: serviceArn(world, region, input.cluster, input.serviceName),
      context: { ...inCluster(world, input, region), ...launchKeys(world, input, region) },
    };
    return [
      ...creation('CreateService', input, own),
      ...passedBy(world, region, input.taskDefinition),
    ];
  },
  UpdateService: (world, input, region) => [
    ofService(world, input, region, input.service, launchKeys(world, input, region)),
    ...passedBy(world, region, input.taskDefinition),
  ],
  DescribeServices: (world, input, region) =>
    listOf(input.services).map((one) => ofService(world, input, region, one)),
  DeleteService: (world, input, region) => [ofService(world, input, region, input.service)],
  DescribeDaemon: (_world, { daemonArn }) => [{ resource: textOf(daemonArn) }],
  ListDaemonDeployments: (_world, { daemonArn }) => [{ resource: textOf(daemonArn) }],
  DescribeDaemonDeployments: (_world, input) =>
    listOf(input.daemonDeploymentArns).map((arn) => ({ resource: textOf(arn) })),
  DescribeDaemonRevisions: (_world, input) =>
    listOf(input.daemonRevisionArns).map((arn) => ({ resource: textOf(arn) })),
  ListServices: (world, input, region) => [
    { resource: '*', context: inCluster(world, input, region) },
  ],

  ListServiceDeployments: (world, input, region) => [
    ofService(world, input, region, input.service),
  ],
  DescribeServiceDeployments: (world, input, region) =>
    listOf(input.serviceDeploymentArns).flatMap((arn) => ofDeployment(world, region, arn)),
  DescribeServiceRevisions: (world, input, region) =>
    listOf(input.serviceRevisionArns).flatMap((arn) => ofDeployment(world, region, arn)),
  StopServiceDeployment: (world, input, region) =>
    ofDeployment(world, region, input.serviceDeploymentArn),
  ContinueServiceDeployment: (world, input, region) =>
    ofDeployment(world, region, input.serviceDeploymentArn),

  RunTask(world, input, region) {
    const { taskRoleArn, executionRoleArn } = membersOf(input.overrides);
    const context = { ...inCluster(world, input, region), ...requestTags(input.tags) };
    const own = about(world, region, definitionArn(world, region, input.taskDefinition), context);
    const tasks = ecsArn(world, region, `task/${clusterName(input.cluster)}/*`);
    return [
      own,
      ...tagging('ecs:TagResource', tasks, input.tags, { 'ecs:CreateAction': 'RunTask' }),
      ...passedBy(world, region, input.taskDefinition),
      ...passed(world, taskRoleArn, executionRoleArn),
    ];
  },
  StopTask: (world, input, region) => [ofTask(world, input, region, input.task)],
  DescribeTasks: (world, input, region) =>
    listOf(input.tasks).map((task) => ofTask(world, input, region, task)),
  // Without a container instance, its only type of resource, the request is about `*`.
  ListTasks: (world, input, region) => [
    { resource: '*', context: inCluster(world, input, region) },
  ],

  TagResource: (world, input, region) => [
    about(world, region, textOf(input.resourceArn), requestTags(input.tags)),
  ],
  UntagResource: (world, input, region) => [
    about(world, region, textOf(input.resourceArn), {
      'aws:TagKeys': listOf(input.tagKeys).map(textOf),
    }),
  ],
  ListTagsForResource: (world, input, region) => [about(world, region, textOf(input.resourceArn))],
};

type Context = NonNullable<Question['context']>;

/** A question about something that may have tags. */
function about(world: World, region: string, resource: string, context: Context = {}): Question {
  const tags = taggedOf(world, region, resource)?.tags ?? [];
  return { resource, context: { ...tagKeys(tags), ...context } };
}

function tagKeys(tags: readonly Tag[]): Context {
  return resourceTags(
    tags.map(({ key, value }) => [key, value]),
    'ecs:ResourceTag',
  );
}

/** The questions about something that is created, with its tags if it gets any. */
function creation(operation: string, input: Input, own: Question): Question[] {
  const { resource } = own;
  const context = { ...own.context, ...requestTags(input.tags) };
  const by = { 'ecs:CreateAction': operation };
  return [{ resource, context }, ...tagging('ecs:TagResource', resource, input.tags, by)];
}

function ofService(
  world: World,
  input: Input,
  region: string,
  service: unknown,
  context: Context = {},
): Question {
  const resource = serviceArn(world, region, input.cluster, service);
  return about(world, region, resource, { ...inCluster(world, input, region), ...context });
}

/** A service deployment or revision is asked for by itself and by its service. */
function ofDeployment(world: World, region: string, given: unknown): Question[] {
  const resource = textOf(given);
  const [, cluster = '', service = ''] = resource.split('/');
  const arn = ecsArn(world, region, `service/${cluster}/${service}`);
  const context = { 'ecs:cluster': clusterArn(world, region, cluster) };
  return [
    about(world, region, arn, context),
    { resource, context: { ...context, 'ecs:service': arn } },
  ];
}

function ofTask(world: World, input: Input, region: string, task: unknown): Question {
  const id = lastSegment(textOf(task));
  const resource = ecsArn(world, region, `task/${clusterName(input.cluster)}/${id}`);
  return about(world, region, resource, inCluster(world, input, region));
}

function inCluster(world: World, input: Input, region: string): Context {
  return { 'ecs:cluster': clusterArn(world, region, input.cluster) };
}

function launchKeys(world: World, input: Input, region: string): Context {
  const { taskDefinition, enableExecuteCommand } = input;
  return requestKeys({
    'ecs:task-definition':
      taskDefinition === undefined ? undefined : definitionArn(world, region, taskDefinition),
    'ecs:enable-execute-command': enableExecuteCommand,
  });
}

/** Whether the caller may pass roles to tasks. */
function passed(world: World, ...roles: unknown[]): Question[] {
  return passRoles(world.environment, roles, 'ecs-tasks.amazonaws.com');
}

/** The same for the roles of a task definition that tasks will be started from. */
function passedBy(world: World, region: string, reference: unknown): Question[] {
  const registration = findDefinition(world, region, textOf(reference))?.registration;
  return passed(world, registration?.taskRoleArn, registration?.executionRoleArn);
}

function clusterName(cluster: unknown): string {
  return lastSegment(textOf(cluster)) || 'default';
}

function clusterArn(world: World, region: string, cluster: unknown): string {
  return ecsArn(world, region, `cluster/${clusterName(cluster)}`);
}

function serviceArn(world: World, region: string, cluster: unknown, service: unknown): string {
  const name = lastSegment(textOf(service));
  return ecsArn(world, region, `service/${clusterName(cluster)}/${name}`);
}

/** The revision that is meant; without one that exists, the ARN that it would have. */
function definitionArn(world: World, region: string, given: unknown): string {
  const reference = textOf(given);
  const found = findDefinition(world, region, reference)?.arn;
  if (found !== undefined) return found;
  return reference.startsWith('arn:')
    ? reference
    : ecsArn(world, region, `task-definition/${reference}`);
}
