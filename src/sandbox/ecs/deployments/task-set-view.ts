import { tasksOf, wantedTasks } from '../services/scaling.ts';
import { stageOf } from './shift-plan.ts';
import { stages } from './shift-state.ts';
import type { Deployment, Service } from '../state.ts';
import { count, isPending, isRunning } from '../view-parts.ts';

/** The deployment that gets a CODE_DEPLOY service's traffic; undefined under other controllers. */
export function servingOf(service: Service): Deployment | undefined {
  if (service.controller === 'ECS') return undefined;
  const primary = service.deployments.find(({ status }) => status === 'PRIMARY');
  const shifted =
    !primary?.shift ||
    primary.rolloutState === 'COMPLETED' ||
    stages.indexOf(stageOf(primary.shift)) > stages.indexOf('PRODUCTION_TRAFFIC_SHIFT');
  return shifted ? primary : service.lastCompleted;
}

/** The task sets of a service, as DescribeServices shows them: the one with the traffic first. */
export function taskSetViews(service: Service) {
  const serving = servingOf(service);
  const newest = service.deployments.find(({ status }) => status === 'PRIMARY');
  const others = service.deployments.filter((deployment) => deployment !== serving);
  return [
    ...(serving ? [view(service, serving, 'PRIMARY')] : []),
    ...others.map((deployment) =>
      view(service, deployment, deployment === newest ? 'ACTIVE' : 'DRAINING'),
    ),
  ];
}

function view(service: Service, deployment: Deployment, status: string) {
  const tasks = tasksOf(service, deployment);
  const wanted = wantedTasks(service);
  const draining = status === 'DRAINING';
  return {
    id: deployment.id,
    taskSetArn: `${service.arn.replace(':service/', ':task-set/')}/${deployment.id}`,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    status,
    taskDefinition: deployment.definition.arn,
    computedDesiredCount: draining ? 0 : wanted,
    pendingCount: count(tasks, isPending),
    runningCount: count(tasks, isRunning),
    createdAt: new Date(deployment.createdAt),
    updatedAt: new Date(deployment.updatedAt),
    ...deployment.settings,
    scale: { value: draining ? 0 : 100, unit: 'PERCENT' },
    stabilityStatus:
      tasks.length === wanted && tasks.every((task) => task.settled)
        ? 'STEADY_STATE'
        : 'STABILIZING',
  };
}
