import pMap from 'p-map';
import type { Aws } from '../aws/index.ts';
import { plaintextIn } from '../model/plaintext-findings.ts';
import { isAtLeast } from '../model/plaintext-secrets.ts';
import { scan } from './scan.ts';
import { serviceName } from './service-name.ts';
import { scheduledTasks } from './where-used.ts';

/** A revision that still holds secrets in plain text. */
export interface OldRevision {
  arn: string;
  status: string;
  /** The variables that look like secrets, as `CONTAINER:NAME`. */
  variables: string[];
  /** Services, tasks, rules and schedules that run it. */
  users: string[];
}

/** The revisions of a family besides its latest that still hold secrets in plain text. */
export async function oldRevisions(
  aws: Aws,
  family: string,
  latest: string | undefined,
  onProgress: (text: string) => void,
): Promise<OldRevision[]> {
  const ecs = await aws.ecs();
  const arns = [
    ...(await ecs.revisions('ACTIVE', family)),
    ...(await ecs.revisions('INACTIVE', family)),
  ].filter((arn) => arn !== latest);
  const described = await pMap(arns, (arn) => ecs.taskDefinition(arn), { concurrency: 8 });
  const holding = described.flatMap((revision) => {
    const variables = (revision ? plaintextIn(revision.definition) : [])
      .filter(
        ({ placeKind, confidence }) =>
          placeKind === 'environment' && isAtLeast(confidence, 'medium'),
      )
      .map(({ container, name }) => `${container}:${name}`);
    return revision && variables.length > 0 ? [{ revision, variables }] : [];
  });
  if (holding.length === 0) return [];
  const found = await scan(aws, { clusters: [], services: [] }, { tasks: 'required', onProgress });
  const { tasks: scheduled } = await scheduledTasks(aws, found.clusters);
  return holding.map(({ revision: { arn, status }, variables }) => ({
    arn,
    status,
    variables,
    users: [
      ...found.services
        .filter(({ taskDefinition, deployments }) =>
          [taskDefinition, ...deployments.map((one) => one.taskDefinition)].includes(arn),
        )
        .map((service) => `service ${serviceName(service)}`),
      ...found.tasks
        .filter(({ taskDefinition }) => taskDefinition === arn)
        .map((t) => `task ${t.arn}`),
      ...scheduled
        .filter((t) => t.taskDefinition === arn)
        .map(({ kind, name }) => `${kind} ${name}`),
    ],
  }));
}

/** Deregisters revisions that nothing uses, and on request deletes them. */
export async function retire(
  aws: Aws,
  revisions: readonly OldRevision[],
  deletion: boolean,
): Promise<{ arn: string; reason: string }[]> {
  const ecs = await aws.ecs();
  for (const { arn, status } of revisions) if (status === 'ACTIVE') await ecs.deregister(arn);
  return deletion ? ecs.deleteRevisions(revisions.map(({ arn }) => arn)) : [];
}
