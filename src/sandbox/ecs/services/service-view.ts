import { revisionArn } from '../deployments/deployments.ts';
import { tasksOf, wantedTasks } from './scaling.ts';
import { stageOf, trafficOf } from '../deployments/shift-plan.ts';
import { count, date, isPending, isRunning, settingsView } from '../view-parts.ts';
import { servingOf, taskSetViews } from '../deployments/task-set-view.ts';
import type { Deployment, Service, ServiceDeployment, World } from '../state.ts';

/** A service as DescribeServices shows it. */
export function serviceView(world: World, service: Service, withTags = false) {
  const rolling = service.controller === 'ECS';
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
    ...settingsView(service.settings, service.definition),
    // Only deployments show it.
    serviceConnectConfiguration: undefined,
    taskDefinition: isExpress(service)
      ? undefined
      : (servingOf(service) ?? service).definition?.arn,
    resourceManagementType: managementOf(service),
    deploymentConfiguration: service.configuration,
    deploymentController: { type: service.controller },
    deployments: rolling ? service.deployments.map((entry) => deploymentView(service, entry)) : [],
    taskSets: rolling ? [] : taskSetViews(service),
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

/** Whether ECS manages the service (Express) or the customer. */
export function managementOf(service: Service): 'ECS' | 'CUSTOMER' {
  return isExpress(service) ? 'ECS' : 'CUSTOMER';
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
    ...stageView(record),
    deploymentConfiguration: service.configuration,
    rollback: record.rollback,
    deploymentCircuitBreaker: { ...record.breaker },
  };
}

const expressTag = 'ecs-secrets.sandbox/express';

function isExpress({ tags }: Service): boolean {
  return tags.some(({ key }) => key === expressTag);
}

/** An Express service, whose task definition is returned by DescribeServiceRevisions only. */
function tellsRevisionsOnly({ tags }: Service): boolean {
  return tags.some(({ key, value }) => key === expressTag && value === 'revisions');
}

function deploymentView(service: Service, deployment: Deployment) {
  const tasks = tasksOf(service, deployment);
  const primary = deployment.status === 'PRIMARY';
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: tellsRevisionsOnly(service) ? undefined : deployment.definition.arn,
    desiredCount: primary
      ? wantedTasks(service)
      : count(tasks, (task) => task.desiredStatus === 'RUNNING'),
    pendingCount: count(tasks, isPending),
    runningCount: count(tasks, isRunning),
    failedTasks: deployment.failedTasks,
    createdAt: new Date(deployment.createdAt),
    updatedAt: new Date(deployment.updatedAt),
    ...settingsView(deployment.settings, deployment.definition),
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  };
}

/** Stage and hooks of a deployment that keeps the old tasks; a rolling one has none. */
function stageView({ status, target: { shift } }: ServiceDeployment) {
  if (!shift) return {};
  const open = status === 'PENDING' || status === 'IN_PROGRESS';
  return {
    lifecycleStage: stageOf(shift),
    lifecycleHookDetails: (open ? shift.hooks : []).map((hook) => ({
      hookId: hook.id,
      targetType: hook.targetType,
      targetArn: hook.targetArn,
      status: hook.status,
      expiresAt: new Date(hook.expiresAt),
      timeoutAction: hook.timeoutAction,
    })),
  };
}

function revisionSummary(world: World, service: Service, deployment: Deployment) {
  const tasks = tasksOf(service, deployment);
  return {
    arn: revisionArn(world, service, deployment),
    requestedTaskCount: deployment.status === 'PRIMARY' ? wantedTasks(service) : tasks.length,
    runningTaskCount: count(tasks, isRunning),
    pendingTaskCount: count(tasks, isPending),
    ...weights(world, service, deployment),
  };
}

function weights(world: World, service: Service, deployment: Deployment) {
  const primary = service.deployments.find(({ status }) => status === 'PRIMARY');
  if (!primary?.shift) return {};
  const { production, test } = trafficOf(world, primary.shift);
  const [whole, rest] = deployment === primary ? [1, 0] : [-1, 100];
  const serves = deployment === primary || deployment === service.lastCompleted;
  return {
    requestedProductionTrafficWeight: serves ? rest + whole * production : 0,
    requestedTestTrafficWeight: serves ? rest + whole * test : 0,
  };
}
