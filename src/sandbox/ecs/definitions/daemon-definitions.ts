import type { Call, Operation } from '../../service.ts';
import { clientError } from '../errors.ts';
import { ecsArn, lastSegment } from '../ids.ts';
import { pageOf, type PageInput } from '../paging.ts';
import { regionOf, type Registration, type TaskDefinition, type World } from '../state.ts';
import { checkRegistration } from './registration-checks.ts';
import { withDefaults } from './task-definition-view.ts';

/** The operations on the task definitions of managed daemons, which are a kind of their own. */
export function daemonDefinitionOperations(world: World): Record<string, Operation> {
  return {
    RegisterDaemonTaskDefinition: (input: Registration, { region }: Call) => {
      checkRegistration(world, input);
      const families = regionOf(world, region).daemonFamilies;
      const revisions = families.get(input.family) ?? [];
      const revision = revisions.length + 1;
      const arn = ecsArn(world, region, `daemon-task-definition/${input.family}:${revision}`);
      families.set(input.family, [
        ...revisions,
        {
          ...{ arn, family: input.family, revision, status: 'ACTIVE', tags: input.tags ?? [] },
          registration: withDefaults(input),
          registeredAt: new Date(world.environment.now()),
        },
      ]);
      return { daemonTaskDefinitionArn: arn };
    },

    DescribeDaemonTaskDefinition: (
      { daemonTaskDefinition: reference }: { daemonTaskDefinition: string },
      { region }: Call,
    ) => {
      const { arn, family, revision, status, registration, registeredAt } = daemonDefinition(
        world,
        region,
        reference,
      );
      const { containerDefinitions, volumes, cpu, memory, taskRoleArn, executionRoleArn } =
        registration;
      return {
        daemonTaskDefinition: {
          ...{ daemonTaskDefinitionArn: arn, family, revision, status, registeredAt },
          ...{ containerDefinitions, volumes, cpu, memory, taskRoleArn, executionRoleArn },
        },
      };
    },

    ListDaemonTaskDefinitions: (
      input: PageInput & { family?: string; familyPrefix?: string; revision?: string },
      { region }: Call,
    ) => {
      const revisions = [...regionOf(world, region).daemonFamilies]
        .filter(([family]) => family === (input.family ?? family))
        .filter(([family]) => family.startsWith(input.familyPrefix ?? ''))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, all]) => (input.revision === 'LAST_REGISTERED' ? all.slice(-1) : all));
      const byArn = new Map(revisions.map((one) => [one.arn, one]));
      const limits = { default: 100, max: 100 };
      const { page, nextToken } = pageOf([...byArn.keys()], input, limits);
      const daemonTaskDefinitions = page.map((arn) => {
        const { status, registeredAt } = byArn.get(arn) ?? {};
        return { arn, status, registeredAt };
      });
      return { daemonTaskDefinitions, nextToken };
    },
  };
}

/** A revision by ARN or `FAMILY:REVISION`, or the latest of a family. Throws what ECS does without one. */
export function daemonDefinition(world: World, region: string, reference: string): TaskDefinition {
  const [family = '', revision] = lastSegment(reference).split(':');
  const revisions = regionOf(world, region).daemonFamilies.get(family) ?? [];
  const found = revision === undefined ? revisions.at(-1) : revisions[Number(revision) - 1];
  if (found) return found;
  throw clientError('Unable to describe daemon task definition.');
}
