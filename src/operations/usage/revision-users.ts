import type { Aws } from '../../aws/index.ts';
import { isAccessDenied } from '../../errors.ts';
import { distinctBy } from '../../model/distinct-by.ts';
import { lastPart } from '../../model/last-part.ts';
import { serviceOfGroup } from '../../model/usage/service-group.ts';
import { ifAllowed } from '../if-allowed.ts';
import type { OnProgress } from '../progress.ts';
import { scan, type Scan } from './scan.ts';
import { serviceName } from './service-name.ts';
import { unknownWords } from './unknown.ts';
import { lookingAhead, shortId } from './where-used.ts';

/** Something that runs a revision, or is configured to run it. */
export interface RevisionUser {
  kind: 'service' | 'task' | 'rule' | 'schedule' | 'deployment-group';
  /** `CLUSTER/SERVICE`, `CLUSTER/TASK`, the rule, `GROUP/SCHEDULE` or `APPLICATION/GROUP`. */
  name: string;
}

/** What uses the revisions of all families. */
export interface RevisionUsers {
  /** By `FAMILY:REVISION`; by `FAMILY` for what runs the latest ACTIVE revision. */
  users: ReadonlyMap<string, readonly RevisionUser[]>;
  /** Possible users that could not be checked, e.g. `EventBridge rules (…)`. */
  unchecked: string[];
}

/**
 * Finds what uses revisions, in all clusters of the region: services with all their deployments and
 * task sets, running tasks of no service, EventBridge rules (default bus), schedules, and CodeDeploy
 * deployment groups, which are read only if a service has that controller.
 */
export async function revisionUsers(aws: Aws, onProgress: OnProgress): Promise<RevisionUsers> {
  const filter = { clusters: [], services: [] };
  const found = new Map<string, RevisionUser[]>();
  const add = (taskDefinition: string | undefined, user: RevisionUser): void => {
    if (taskDefinition === undefined) return;
    const id = shortId(taskDefinition);
    found.set(id, [...(found.get(id) ?? []), user]);
  };
  const unchecked: string[] = [];
  const scheduling = lookingAhead(aws, filter, onProgress);
  const scanned = await scan(aws, filter, {
    tasks: 'required',
    // A managed daemon runs task definitions of its own kind.
    daemons: false,
    definitions: false,
    onProgress,
    onClusters: scheduling.start,
  }).catch((error: unknown) => {
    if (!isAccessDenied(error)) throw error;
    unchecked.push(`services and running tasks (${error.message})`);
    return undefined;
  });
  if (scanned) {
    addScanned(scanned, add);
    unchecked.push(...unknownWords(scanned.unknown));
    if (scanned.services.some(({ controller }) => controller === 'CODE_DEPLOY')) {
      unchecked.push(...(await addGroups(aws, add)));
    }
  }
  const scheduled = await scheduling.result();
  for (const { kind, name, taskDefinition } of scheduled?.tasks ?? []) {
    add(taskDefinition, { kind, name });
  }
  unchecked.push(...(scheduled?.unchecked ?? []));
  const users = [...found].map(
    ([id, all]) => [id, distinctBy(all, ({ kind, name }) => `${kind} ${name}`)] as const,
  );
  return { users: new Map(users), unchecked };
}

/** What uses a revision. `isLatest`: it is the latest ACTIVE one of its family. */
export function usersOf(
  { users }: RevisionUsers,
  arn: string,
  isLatest = false,
): readonly RevisionUser[] {
  const id = shortId(arn);
  const ofFamily = isLatest ? users.get(id.replace(/:\d+$/, '')) : undefined;
  return [...(users.get(id) ?? []), ...(ofFamily ?? [])];
}

/** A user, for people: `service shop/web`, `CodeDeploy group shop/web`. */
export function userWords({ kind, name }: RevisionUser): string {
  return `${kind === 'deployment-group' ? 'CodeDeploy group' : kind} ${name}`;
}

// --- internal ---

type Add = (taskDefinition: string | undefined, user: RevisionUser) => void;

function addScanned({ services, tasks }: Scan, add: Add): void {
  for (const service of services) {
    const user = { kind: 'service', name: serviceName(service) } as const;
    const { taskDefinition, deployments, taskSets = [] } = service;
    for (const one of [taskDefinition, ...deployments.map(definitionOf), ...taskSets]) {
      add(one, user);
    }
  }
  for (const { arn, cluster, group, taskDefinition } of tasks) {
    const service = serviceOfGroup(group);
    const name = serviceName({ cluster, name: service ?? lastPart(arn) });
    add(taskDefinition, { kind: service === undefined ? 'task' : 'service', name });
  }
}

function definitionOf({ taskDefinition }: { taskDefinition: string }): string {
  return taskDefinition;
}

/** Returns what could not be checked. */
async function addGroups(aws: Aws, add: Add): Promise<string[]> {
  const groups = await ifAllowed((await aws.codeDeploy()).groups());
  if (groups === 'denied') {
    return [
      'CodeDeploy groups (missing permission: codedeploy:ListApplications, ListDeploymentGroups, BatchGetDeploymentGroups)',
    ];
  }
  for (const { application, group, taskDefinitions } of groups) {
    const name = `${application}/${group}`;
    for (const one of taskDefinitions) add(one, { kind: 'deployment-group', name });
  }
  return [];
}
