import type { Call, Operation } from '../../service.ts';
import { isGone, markDeleted } from './deleted-definitions.ts';
import { clientError, invalidParameter } from '../errors.ts';
import { ecsArn, lastSegment } from '../ids.ts';
import { type PageInput, pageOf } from '../paging.ts';
import { checkRegistration } from './registration-checks.ts';
import { regionOf, type Registration, type TaskDefinition, type World } from '../state.ts';
import { taskDefinitionView, withDefaults } from './task-definition-view.ts';

const maxDeleted = 10;
const noRevision = 'The specified task definition needs a revision.';
const pageLimits = { default: 100, max: 100 };

/** The operations on task definitions. */
export function taskDefinitionOperations(world: World): Record<string, Operation> {
  const view = (definition: TaskDefinition) => taskDefinitionView(world, definition);
  return {
    RegisterTaskDefinition: (input: Registration, call: Call) => {
      checkRegistration(world, input);
      const definition = register(world, input, call.region);
      return { taskDefinition: view(definition), tags: definition.tags };
    },

    DescribeTaskDefinition: (input: { taskDefinition: string; include?: string[] }, call: Call) => {
      const definition = findDefinition(world, call.region, input.taskDefinition);
      if (!definition) throw clientError('Unable to describe task definition.');
      const tags = input.include?.includes('TAGS') ? { tags: definition.tags } : {};
      return { taskDefinition: view(definition), ...tags };
    },

    DeregisterTaskDefinition: (input: { taskDefinition: string }, call: Call) => {
      if (!hasRevision(input.taskDefinition)) throw clientError(noRevision);
      const definition = findDefinition(world, call.region, input.taskDefinition);
      if (!definition) throw clientError('The specified task definition does not exist.');
      if (definition.status !== 'ACTIVE') {
        throw clientError('The specified task definition is already inactive.');
      }
      definition.status = 'INACTIVE';
      definition.deregisteredAt = new Date(world.environment.now());
      return { taskDefinition: view(definition) };
    },

    DeleteTaskDefinitions: (input: { taskDefinitions?: string[] }, call: Call) => {
      const references = input.taskDefinitions ?? [];
      if (references.length === 0 || references.length > maxDeleted) {
        throw invalidParameter(`Between 1 and ${maxDeleted} task definitions are needed.`);
      }
      const deleted: unknown[] = [];
      const failures: unknown[] = [];
      for (const reference of references) {
        if (!hasRevision(reference)) throw clientError(noRevision);
        const definition = findDefinition(world, call.region, reference);
        const reason = markDeleted(world, definition);
        const path = `task-definition/${reference}`;
        const arn = reference.startsWith('arn:') ? reference : ecsArn(world, call.region, path);
        if (reason !== undefined) failures.push({ arn, reason });
        else if (definition) deleted.push(view(definition));
      }
      return { taskDefinitions: deleted, failures };
    },

    ListTaskDefinitions: (
      input: PageInput & { familyPrefix?: string; status?: string; sort?: string },
      call: Call,
    ) => {
      const { families } = regionOf(world, call.region);
      const names = input.familyPrefix === undefined ? [...families.keys()] : [input.familyPrefix];
      const arns = names
        .sort()
        .flatMap((name) => families.get(name) ?? [])
        .filter((definition) => definition.status === (input.status ?? 'ACTIVE'))
        .filter((definition) => !isGone(world, call.region, definition))
        .map((definition) => definition.arn);
      if (input.sort === 'DESC') arns.reverse();
      const { page, nextToken } = pageOf(arns, input, pageLimits);
      return { taskDefinitionArns: page, nextToken };
    },

    ListTaskDefinitionFamilies: (
      input: PageInput & { familyPrefix?: string; status?: string },
      call: Call,
    ) => {
      const status = input.status ?? 'ALL';
      const names = [...regionOf(world, call.region).families]
        .filter(([name]) => name.startsWith(input.familyPrefix ?? ''))
        .filter(([, revisions]) => {
          if (revisions.every((one) => isGone(world, call.region, one))) return false;
          const active = revisions.some((definition) => definition.status === 'ACTIVE');
          return status === 'ALL' || (status === 'ACTIVE') === active;
        })
        .map(([name]) => name)
        .sort();
      const { page, nextToken } = pageOf(names, input, pageLimits);
      return { families: page, nextToken };
    },
  };
}

/** The revision to start tasks from: it must exist and be ACTIVE. */
export function findActiveDefinition(
  world: World,
  region: string,
  reference: string,
): TaskDefinition {
  const definition = findDefinition(world, region, reference);
  if (!definition) throw clientError('TaskDefinition not found.');
  if (definition.status !== 'ACTIVE') throw clientError('TaskDefinition is inactive');
  return definition;
}

/** Finds a revision by `family` (its latest active one), `family:revision` or ARN. */
export function findDefinition(
  world: World,
  region: string,
  reference: string,
): TaskDefinition | undefined {
  const [family = '', revision] = lastSegment(reference).split(':');
  const revisions = regionOf(world, region).families.get(family) ?? [];
  if (revision !== undefined) {
    const definition = revisions[Number(revision) - 1];
    return definition && !isGone(world, region, definition) ? definition : undefined;
  }
  return revisions.findLast((definition) => definition.status === 'ACTIVE');
}

const hasRevision = (reference: string): boolean => /:\d+$/.test(reference);

function register(world: World, input: Registration, regionName: string): TaskDefinition {
  const { families } = regionOf(world, regionName);
  const revisions = families.get(input.family) ?? [];
  const revision = revisions.length + 1;
  const definition: TaskDefinition = {
    arn: ecsArn(world, regionName, `task-definition/${input.family}:${revision}`),
    family: input.family,
    revision,
    status: 'ACTIVE',
    registration: withDefaults(input),
    registeredAt: new Date(world.environment.now()),
    tags: structuredClone(input.tags ?? []),
  };
  // Only now: what cannot be registered must leave no family behind.
  families.set(input.family, revisions);
  revisions.push(definition);
  return definition;
}
