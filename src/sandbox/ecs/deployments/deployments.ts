import { breakerOf } from './breaker.ts';
import { addEvent } from '../events.ts';
import { ecsArn, newDeploymentNumber, newRecordId } from '../ids.ts';
import { planShift } from './shift-plan.ts';
import { tasksOf } from '../services/scaling.ts';
import type { Deployment, Service, ServiceDeployment, TaskDefinition, World } from '../state.ts';

/** Makes a new PRIMARY deployment of the service; what was under way becomes ACTIVE and drains. */
export function startDeployment(
  world: World,
  service: Service,
  definition: TaskDefinition,
  rollback?: { record: ServiceDeployment | undefined; target: Deployment; reason: string },
): Deployment {
  const now = world.environment.now();
  const previous = primaryOf(service);
  const id = `ecs-svc/${newDeploymentNumber()}`;
  const deployment: Deployment = {
    id,
    status: 'PRIMARY',
    definition,
    settings: { ...(rollback?.target.settings ?? service.settings) },
    createdAt: now,
    updatedAt: now,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: rollback
      ? `${rollback.reason.replace(/:.*/, '')}: rolling back to deploymentId ${rollback.target.id}.`
      : `ECS deployment ${id} in progress.`,
    failedTasks: 0,
    proven: false,
    isRollback: rollback !== undefined,
    failedRounds: 0,
    retryAt: 0,
    shift: rollback ? undefined : planShift(world, service),
  };

  if (previous) {
    previous.status = 'ACTIVE';
    previous.updatedAt = now;
    if (!rollback && previous.rolloutState === 'IN_PROGRESS') {
      const status = previous.isRollback ? 'ROLLBACK_FAILED' : 'STOPPED';
      finish(world, previous, status, 'Superseded by a newer service deployment.');
    }
  }
  service.definition = definition;
  service.steady = false;
  service.deployments.unshift(deployment);
  service.history.push(deployment);
  if (rollback) {
    deployment.record = rollback.record;
    beginRollback(world, service, rollback);
  } else if (service.controller === 'ECS') {
    deployment.record = addRecord(world, service, deployment);
  }
  return deployment;
}

/** The deployment the service is meant to run. */
export function primaryOf(service: Service): Deployment | undefined {
  return service.deployments.find((deployment) => deployment.status === 'PRIMARY');
}

/** Ends a deployment well; older ones stay in the list as long as they have tasks. */
export function completeDeployment(world: World, service: Service, deployment: Deployment): void {
  deployment.rolloutState = 'COMPLETED';
  deployment.rolloutStateReason = `ECS deployment ${deployment.id} completed.`;
  deployment.updatedAt = world.environment.now();
  service.deployments = service.deployments.filter(
    (other) => other === deployment || tasksOf(service, other).length > 0,
  );
  service.lastCompleted = deployment;
  finish(world, deployment, deployment.isRollback ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL');
  addEvent(world, service, `(deployment ${deployment.id}) deployment completed.`);
}

/** Gives a deployment up; goes back to the last completed one where `mayRollBack` allows it. */
export function failDeployment(
  world: World,
  service: Service,
  deployment: Deployment,
  reason: string,
  mayRollBack: boolean,
): void {
  deployment.rolloutState = 'FAILED';
  deployment.rolloutStateReason = reason;
  deployment.updatedAt = world.environment.now();
  addEvent(
    world,
    service,
    `(deployment ${deployment.id}) deployment failed: ${reason.replace(/^.*: /, '')}`,
  );
  const target = service.lastCompleted;
  if (mayRollBack && target && !deployment.isRollback) {
    addEvent(world, service, `rolling back to deployment ${target.id}.`);
    if (deployment.shift && service.deployments.includes(target)) {
      goBack(world, service, deployment, target, reason);
      return;
    }
    startDeployment(world, service, target.definition, {
      record: deployment.record,
      target,
      reason,
    });
    return;
  }
  finish(world, deployment, deployment.isRollback ? 'ROLLBACK_FAILED' : 'STOPPED', reason);
}

/** Ends the way back to the old tasks once those of the given up deployment are gone. */
export function endReturn(world: World, service: Service): void {
  const given = service.returning;
  if (!given || tasksOf(service, given).length > 0) return;
  service.returning = undefined;
  service.deployments = service.deployments.filter((deployment) => deployment !== given);
  finish(world, given, 'ROLLBACK_SUCCESSFUL');
}

/** The ARN of the service revision that a deployment runs. */
export function revisionArn(world: World, service: Service, deployment: Deployment): string {
  const number = deployment.id.slice(deployment.id.indexOf('/') + 1);
  const path = `service-revision/${service.cluster.name}/${service.name}/${number}`;
  return ecsArn(world, service.region, path);
}

/** The old tasks still run: they stay, and those of the deployment that is given up stop. */
function goBack(
  world: World,
  service: Service,
  deployment: Deployment,
  target: Deployment,
  reason: string,
): void {
  const now = world.environment.now();
  deployment.status = 'ACTIVE';
  target.status = 'PRIMARY';
  target.updatedAt = now;
  service.definition = target.definition;
  service.settings = { ...target.settings };
  service.deployments = [target, ...service.deployments.filter((other) => other !== target)];
  service.returning = deployment;
  service.steady = false;
  beginRollback(world, service, { record: deployment.record, target, reason });
}

function addRecord(world: World, service: Service, deployment: Deployment): ServiceDeployment {
  const path = `service-deployment/${service.cluster.name}/${service.name}/${newRecordId()}`;
  const { enable, threshold } = breakerOf(service);
  const record: ServiceDeployment = {
    arn: ecsArn(world, service.region, path),
    service,
    status: 'PENDING',
    createdAt: deployment.createdAt,
    updatedAt: deployment.createdAt,
    target: deployment,
    sources: service.deployments.filter((other) => other !== deployment),
    breaker: {
      status: enable ? 'MONITORING' : 'DISABLED',
      failureCount: 0,
      threshold,
    },
  };
  service.records.unshift(record);
  return record;
}

function beginRollback(
  world: World,
  service: Service,
  rollback: { record: ServiceDeployment | undefined; target: Deployment; reason: string },
): void {
  const { record, target, reason } = rollback;
  if (!record) return;
  const now = world.environment.now();
  record.status = 'ROLLBACK_IN_PROGRESS';
  record.statusReason = reason;
  record.updatedAt = now;
  record.rollback = {
    reason,
    startedAt: new Date(now),
    serviceRevisionArn: revisionArn(world, service, target),
  };
}

function finish(world: World, deployment: Deployment, status: string, reason?: string): void {
  const { record } = deployment;
  if (!record) return;
  const now = world.environment.now();
  record.status = status;
  record.statusReason = reason ?? record.statusReason;
  record.updatedAt = now;
  record.finishedAt = now;
  if (status === 'STOPPED') record.stoppedAt = now;
  if (record.breaker.status === 'MONITORING') record.breaker.status = 'MONITORING_COMPLETE';
}
