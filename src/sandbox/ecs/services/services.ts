import type { Call, Operation } from '../../service.ts';
import { findCluster } from '../clusters.ts';
import { createService } from './create-service.ts';
import { invalidParameter, serviceNotFound } from '../errors.ts';
import { findService, serviceIn } from './find-service.ts';
import { ecsArn } from '../ids.ts';
import { type PageInput, pageOf } from '../paging.ts';
import { managementOf, serviceView } from './service-view.ts';
import type { World } from '../state.ts';
import { stopTask } from '../tasks/task-life.ts';
import { updateService } from './update-service.ts';
import { touch } from '../world.ts';

const maxDescribed = 10;

/** Whether something is what a filter asks for, if it asks. */
const is = (value: string | undefined, wanted: string | undefined): boolean =>
  wanted === undefined || value === wanted;

/** The operations on services. */
export function serviceOperations(world: World): Record<string, Operation> {
  return {
    CreateService: (input: Parameters<typeof createService>[1], call: Call) => {
      const service = createService(world, input, call.region);
      // The response shows the deployment before anything has happened, as AWS's does.
      const view = serviceView(world, service, true);
      touch(world, service);
      return { service: view };
    },

    UpdateService: (input: Parameters<typeof updateService>[1], call: Call) => {
      const service = updateService(world, input, call.region);
      const view = serviceView(world, service);
      touch(world, service);
      return { service: view };
    },

    DescribeServices: (
      input: { cluster?: string; services?: string[]; include?: string[] },
      call: Call,
    ) => {
      const cluster = findCluster(world, call.region, input.cluster);
      const names = input.services ?? [];
      if (names.length === 0) throw invalidParameter('Services cannot be empty.');
      if (names.length > maxDescribed) {
        throw invalidParameter(`Services cannot have more than ${maxDescribed} elements.`);
      }
      const services: unknown[] = [];
      const failures: unknown[] = [];
      for (const name of names) {
        const service = serviceIn(cluster, name);
        if (service) {
          services.push(serviceView(world, service, input.include?.includes('TAGS')));
        } else {
          const path = `service/${cluster.name}/${name}`;
          const arn = name.startsWith('arn:') ? name : ecsArn(world, call.region, path);
          failures.push({ arn, reason: 'MISSING' });
        }
      }
      return { services, failures };
    },

    ListServices: (
      input: PageInput & {
        cluster?: string;
        launchType?: string;
        schedulingStrategy?: string;
        resourceManagementType?: string;
      },
      call: Call,
    ) => {
      const cluster = findCluster(world, call.region, input.cluster);
      const arns = [...cluster.services.values()]
        .filter((service) => service.status !== 'INACTIVE')
        .filter(
          (service) =>
            is(service.settings.launchType, input.launchType) &&
            is(service.schedulingStrategy, input.schedulingStrategy) &&
            is(managementOf(service), input.resourceManagementType),
        )
        .map((service) => service.arn)
        .sort();
      const { page, nextToken } = pageOf(arns, input, { default: 10, max: 100 });
      return { serviceArns: page, nextToken };
    },

    DeleteService: (input: { cluster?: string; service: string; force?: boolean }, call: Call) => {
      const service = findService(world, call.region, input.cluster, input.service);
      if (service.status === 'INACTIVE') throw serviceNotFound();
      if (service.desiredCount > 0 && !input.force && service.schedulingStrategy !== 'DAEMON') {
        throw invalidParameter('The service cannot be stopped while it is scaled above 0.');
      }
      service.status = 'DRAINING';
      service.desiredCount = 0;
      for (const task of service.tasks) {
        stopTask(world, task, 'ServiceSchedulerInitiated', 'Service was deleted.');
      }
      const view = serviceView(world, service);
      touch(world, service);
      return { service: view };
    },
  };
}
