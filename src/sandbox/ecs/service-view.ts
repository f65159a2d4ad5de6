import { revisionArn } from './deployments.ts';
import { tasksOf, wantedTasks } from './rollout.ts';
import type {
  Deployment,
  LaunchSettings,
  Service,
  ServiceDeployment,
  Task,
  World,
} from './state.ts';

/** A service as DescribeServices shows it. */
export function serviceView(world: World, service: Service, withTags = false) {
  const rolling = service.controller === 'ECS';
  const primary = service.deployments.find(({ status }) => status === 'PRIMARY');
  return {
    ...service.members,
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    loadBalancers: service.members.loadBalancers ?? [],
    serviceRegistries: service.members.serviceRegistries ?? [],
    status: service.status,
    desiredCount: wantedTasks(service),
    runningCount: count([...service.tasks], isRunning),
    pendingCount: count([...service.tasks], isPending),
    ...settingsView(service.settings),
    taskDefinition: service.definition?.arn,
    deploymentConfiguration: service.configuration,
    deploymentController: { type: service.controller },
    deployments: rolling ? service.deployments.map((entry) => deploymentView(service, entry)) : [],
    taskSets: rolling || !primary ? [] : [taskSetView(service, primary)],
    events: [...service.events],
    createdAt: new Date(service.createdAt),
    currentServiceDeployment: service.records[0]?.arn,
    currentServiceRevisions: rolling
      ? service.deployments.map((entry) => revisionSummary(world, service, entry))
      : undefined,
    placementConstraints: service.members.placementConstraints ?? [],
    placementStrategy: service.members.placementStrategy ?? [],
    schedulingStrategy: service.schedulingStrategy,
    createdBy: `arn:${world.environment.partition}:iam::${world.environment.account}:root`,
    enableECSManagedTags: service.members.enableECSManagedTags ?? false,
    propagateTags: service.members.propagateTags ?? 'NONE',
    enableExecuteCommand: service.members.enableExecuteCommand ?? false,
    tags: withTags ? service.tags : [],
  };
}

/** A service deployment as DescribeServiceDeployments shows it. */
export function recordView(world: World, record: ServiceDeployment) {
  const { service } = record;
  return {
    serviceDeploymentArn: record.arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    createdAt: new Date(record.createdAt),
    startedAt: new Date(record.createdAt),
    updatedAt: new Date(record.updatedAt),
    finishedAt: date(record.finishedAt),
    stoppedAt: date(record.stoppedAt),
    sourceServiceRevisions: record.sources.map((entry) => revisionSummary(world, service, entry)),
    targetServiceRevision: revisionSummary(world, service, record.target),
    status: record.status,
    statusReason: record.statusReason,
    deploymentConfiguration: service.configuration,
    rollback: record.rollback,
    deploymentCircuitBreaker: { ...record.breaker },
  };
}

/** A Date for a moment that may not have come. */
export const date = (moment: number | undefined) =>
  moment === undefined ? undefined : new Date(moment);

function deploymentView(service: Service, deployment: Deployment) {
  const tasks = tasksOf(service, deployment);
  const primary = deployment.status === 'PRIMARY';
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.definition.arn,
    desiredCount: primary
      ? wantedTasks(service)
      : count(tasks, (task) => task.desiredStatus === 'RUNNING'),
    pendingCount: count(tasks, isPending),
    runningCount: count(tasks, isRunning),
    failedTasks: deployment.failedTasks,
    createdAt: new Date(deployment.createdAt),
    updatedAt: new Date(deployment.updatedAt),
    ...settingsView(deployment.settings),
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

function taskSetView(service: Service, deployment: Deployment) {
  const view = deploymentView(service, deployment);
  return {
    id: view.id,
    taskSetArn: `${service.arn.replace(':service/', ':task-set/')}/${view.id}`,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    status: 'PRIMARY',
    taskDefinition: view.taskDefinition,
    computedDesiredCount: view.desiredCount,
    pendingCount: view.pendingCount,
    runningCount: view.runningCount,
    createdAt: view.createdAt,
    updatedAt: view.updatedAt,
    ...deployment.settings,
    scale: { value: 100, unit: 'PERCENT' },
    stabilityStatus: service.steady ? 'STEADY_STATE' : 'STABILIZING',
  };
}

function revisionSummary(world: World, service: Service, deployment: Deployment) {
  const tasks = tasksOf(service, deployment);
  return {
    arn: revisionArn(world, service, deployment),
    requestedTaskCount: deployment.status === 'PRIMARY' ? wantedTasks(service) : tasks.length,
    runningTaskCount: count(tasks, isRunning),
    pendingTaskCount: count(tasks, isPending),
  };
}

function settingsView(settings: LaunchSettings) {
  if (settings.launchType !== 'FARGATE') return { ...settings };
  const { platformVersion = 'LATEST' } = settings;
  return { ...settings, platformVersion, platformFamily: 'Linux' };
}

const count = (tasks: Task[], test: (task: Task) => boolean) => tasks.filter(test).length;
const isRunning = (task: Task) => task.lastStatus === 'RUNNING';
const isPending = (task: Task) =>
  task.lastStatus === 'PENDING' || task.lastStatus === 'PROVISIONING';
