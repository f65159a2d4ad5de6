import type { Call, Operation } from '../../service.ts';
import { ServiceError } from '../../service.ts';
import { failDeployment, primaryOf, revisionArn } from './deployments.ts';
import { clientError, invalidParameter, serviceNotFound } from '../errors.ts';
import { ecsArn } from '../ids.ts';
import { type PageInput, pageOf } from '../paging.ts';
import { recordView } from '../services/service-view.ts';
import { isOpen } from './shift-plan.ts';
import { date } from '../view-parts.ts';
import { findService } from '../services/find-service.ts';
import { regionOf, type Service, type ServiceDeployment, type World } from '../state.ts';
import { touch } from '../world.ts';

const maxDescribed = 20;

interface ListInput extends PageInput {
  cluster?: string;
  service: string;
  status?: string[];
  createdAt?: { before?: Date | number; after?: Date | number };
}

interface ContinueInput {
  serviceDeploymentArn: string;
  hookId: string;
  action?: string;
}

/** The operations on service deployments and service revisions. */
export function serviceDeploymentOperations(world: World): Record<string, Operation> {
  return {
    ListServiceDeployments: (input: ListInput, call: Call) => list(world, input, call.region),

    DescribeServiceDeployments: (input: { serviceDeploymentArns?: string[] }, call: Call) => {
      const arns = checkCount(input.serviceDeploymentArns);
      const { found, failures } = sort(arns, (arn) => findRecord(world, call.region, arn));
      return { serviceDeployments: found.map((record) => recordView(world, record)), failures };
    },

    DescribeServiceRevisions: (input: { serviceRevisionArns?: string[] }, call: Call) => {
      const arns = checkCount(input.serviceRevisionArns);
      const { found, failures } = sort(arns, (arn) => findRevision(world, call.region, arn));
      return { serviceRevisions: found, failures };
    },

    StopServiceDeployment: (
      input: { serviceDeploymentArn: string; stopType?: string },
      call: Call,
    ) => {
      const record = getRecord(world, call.region, input.serviceDeploymentArn);
      stop(world, record, input.stopType ?? 'ROLLBACK');
      return { serviceDeploymentArn: record.arn };
    },

    ContinueServiceDeployment: (input: ContinueInput, call: Call) => {
      const record = getRecord(world, call.region, input.serviceDeploymentArn);
      goOn(world, record, input.hookId, input.action ?? 'CONTINUE');
      return { serviceDeploymentArn: record.arn };
    },
  };
}

function list(world: World, input: ListInput, region: string) {
  const service = findService(world, region, input.cluster, input.service);
  if (service.controller !== 'ECS') {
    throw new ServiceError(
      'UnsupportedFeatureException',
      `Services with a ${service.controller} deployment controller have no service deployments.`,
    );
  }
  const { before = Infinity, after = -Infinity } = input.createdAt ?? {};
  const records = service.records.filter(
    ({ status, createdAt }) =>
      (!input.status?.length || input.status.includes(status)) &&
      createdAt >= moment(after) &&
      createdAt <= moment(before),
  );
  const { page, nextToken } = pageOf(
    records.map((record) => record.arn),
    input,
    { default: 20, max: 100 },
  );
  const serviceDeployments = records
    .filter((record) => page.includes(record.arn))
    .map((record) => ({
      serviceDeploymentArn: record.arn,
      serviceArn: service.arn,
      clusterArn: service.cluster.arn,
      createdAt: new Date(record.createdAt),
      startedAt: new Date(record.createdAt),
      finishedAt: date(record.finishedAt),
      targetServiceRevisionArn: revisionArn(world, service, record.target),
      status: record.status,
      statusReason: record.statusReason,
    }));
  return { serviceDeployments, nextToken };
}

/** Milliseconds of a Date, or of epoch seconds as they come over the wire. */
const moment = (value: Date | number) => (typeof value === 'number' ? value * 1000 : +value);

function stop(world: World, record: ServiceDeployment, stopType: string): void {
  const { service, target } = record;
  if (stopType !== 'ROLLBACK' && stopType !== 'ABORT') {
    throw invalidParameter('The stop type must be ROLLBACK or ABORT.');
  }
  const current = primaryOf(service) === target;
  const stoppable = record.status === 'PENDING' || record.status === 'IN_PROGRESS';
  if (!current || !stoppable) {
    throw new ServiceError(
      'ConflictException',
      `The service deployment cannot be stopped: it is ${record.status}.`,
    );
  }
  if (stopType === 'ROLLBACK') checkWayBack(service);
  const reason = 'Service deployment stopped: StopServiceDeployment was called.';
  failDeployment(world, service, target, reason, stopType === 'ROLLBACK');
  touch(world, service);
}

/** Releases a deployment that waits at a hook, or gives it up. */
function goOn(world: World, record: ServiceDeployment, hookId: string, action: string): void {
  const { service, target } = record;
  if (action !== 'CONTINUE' && action !== 'ROLLBACK') {
    throw invalidParameter('The action must be CONTINUE or ROLLBACK.');
  }
  const open = record.status === 'PENDING' || record.status === 'IN_PROGRESS';
  const hook = open ? target.shift?.hooks.find(({ id }) => id === hookId) : undefined;
  if (!target.shift || !hook || !isOpen(hook)) {
    throw invalidParameter('The service deployment does not wait at a lifecycle hook of that id.');
  }
  if (action === 'CONTINUE') {
    hook.status = 'SUCCEEDED';
    target.shift.since = world.environment.now();
  } else {
    checkWayBack(service);
    hook.status = 'FAILED';
    const reason = 'Service deployment rolled back: ContinueServiceDeployment was called.';
    failDeployment(world, service, target, reason, true);
  }
  touch(world, service);
}

function checkWayBack(service: Service): void {
  if (!service.lastCompleted) {
    throw clientError('There is no completed service deployment to roll back to.');
  }
}

function getRecord(world: World, region: string, arn: string): ServiceDeployment {
  const record = findRecord(world, region, arn);
  if (record) return record;
  throw new ServiceError(
    'ServiceDeploymentNotFoundException',
    'The service deployment was not found.',
  );
}

function findRecord(world: World, region: string, arn: string): ServiceDeployment | undefined {
  return serviceOf(world, region, arn)?.records.find((record) => record.arn === arn);
}

function findRevision(world: World, region: string, arn: string) {
  const service = serviceOf(world, region, arn);
  const deployment = service?.history.find((entry) => revisionArn(world, service, entry) === arn);
  if (!service || !deployment) return undefined;
  return {
    serviceRevisionArn: arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    taskDefinition: deployment.definition.arn,
    ...deployment.settings,
    containerImages: deployment.definition.registration.containerDefinitions.map(
      ({ name, image }) => ({ containerName: name, image }),
    ),
    createdAt: new Date(deployment.createdAt),
  };
}

/** The service that an ARN of one of its deployments or revisions names. */
function serviceOf(world: World, region: string, arn: string): Service | undefined {
  const [, clusterName = '', name = ''] = arn.split('/');
  const service = regionOf(world, region).clusters.get(clusterName)?.services.get(name);
  if (service && !arn.startsWith(ecsArn(world, region, 'service-'))) throw serviceNotFound();
  return service;
}

function checkCount(arns: string[] = []): string[] {
  if (arns.length === 0 || arns.length > maxDescribed) {
    throw invalidParameter(`Between 1 and ${maxDescribed} ARNs are needed.`);
  }
  return arns;
}

function sort<T>(arns: string[], find: (arn: string) => T | undefined) {
  const found: T[] = [];
  const failures: { arn: string; reason: string }[] = [];
  for (const arn of arns) {
    const item = find(arn);
    if (item) found.push(item);
    else failures.push({ arn, reason: 'MISSING' });
  }
  return { found, failures };
}
