import pMap from 'p-map';
import type { RunningTask } from '../../aws/ecs.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError, isAccessDenied } from '../../errors.ts';
import {
  formatReference,
  isPinned,
  refersTo,
  type Reference,
} from '../../model/secrets/reference.ts';
import { primaryOf, type Deployment } from '../../model/usage/deployment.ts';
import {
  currentSecretValue,
  judgeHolding,
  worstHolding,
  type CurrentValue,
  type Holding,
  type Judgement,
} from '../../model/usage/staleness.ts';
import {
  readUse,
  serviceConnectUses,
  type SecretUse,
} from '../../model/definitions/secret-uses.ts';
import { revisionUses } from '../definitions/named-secrets.ts';
import { lookUpSecrets, type Lookup, type ResolvedSecret } from '../secrets/look-up-secrets.ts';
import { noProgress, type OnProgress } from '../progress.ts';
import { scan, type Scan, type ServiceFilter } from './scan.ts';
import type { Unknown } from './unknown.ts';
import { regionsNotSearched, regionsToSearch } from '../secrets/secret-regions.ts';
import { distinctBy } from '../../model/distinct-by.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** What one running task holds of the secrets it refers to. */
export interface TaskHolding {
  task: RunningTask;
  holding: Holding;
  /** The same of the secrets whose dates are known: a new task adds nothing for the others. */
  known: Holding;
  /** Each secret by the notation of `formatReference`, and what the task holds of it. */
  secrets: ({ reference: string } & Judgement)[];
}

/** A secret that could not be looked at, by the notation of `formatReference`, and why. */
export interface UnseenSecret {
  reference: string;
  error: CliError;
}

export interface StaleOutcome {
  scan: Scan;
  /** Every running task that refers to one of the secrets in question. */
  tasks: TaskHolding[];
  /** What runs and could not be described: what its tasks hold is `unknown`. */
  unknown: Unknown[];
  /** What tasks hold of these is `unknown`, and stays so until the caller may look at them. */
  unseen: UnseenSecret[];
  /**
   * Deployments under way, by the ARN of their service, that began after the secrets of their task
   * definition last changed: all their tasks read the current values.
   */
  underWay: Map<string, string>;
}

/**
 * Finds out which running tasks started before the current version of a secret they use: of one
 * secret, or without it of every secret they refer to. Reads no value. Throws CliError when not one
 * secret can be looked at, unless that is only for want of a permission and no secret was named.
 */
export async function findStale(
  aws: Aws,
  secret: ResolvedSecret | undefined,
  filter: ServiceFilter,
  onProgress: OnProgress = noProgress,
): Promise<StaleOutcome> {
  // Tasks before secrets: a value that is stored in between is newer than they are.
  const found = await scan(aws, filter, { tasks: 'required', onProgress });
  const references = new Map<string, readonly Reference[]>();
  for (const [arn, revision] of found.revisions) {
    references.set(arn, followed(revisionUses(revision), secret, found));
  }
  // By the names under which tasks know their service.
  const ofServices = new Map<string, readonly Reference[]>();
  for (const { cluster, name, serviceConnect = [] } of found.services) {
    const own = followed(serviceConnectUses(serviceConnect), secret, found);
    if (own.length > 0) ofServices.set(`${cluster} service:${name}`, own);
  }
  const referencesOf = (taskDefinition: string, cluster: string, group: string): Reference[] => {
    const own = ofServices.get(`${cluster} ${group}`) ?? [];
    return distinctBy([...(references.get(taskDefinition) ?? []), ...own], keyOf);
  };
  const values = await currentValues(
    aws,
    [...references.values(), ...ofServices.values()].flat(),
    onProgress,
  );
  const unseen = [...values].flatMap(([reference, value]) =>
    'error' in value ? [{ reference, error: value.error }] : [],
  );
  const [first] = unseen;
  if (first && unseen.length === values.size && (secret || !unseen.every(isNotForUs))) {
    throw first.error;
  }
  const unknown = new Set(found.unknown.map(({ taskDefinition }) => taskDefinition));
  const tasks = found.tasks.flatMap((task): TaskHolding[] => {
    if (unknown.has(task.taskDefinition)) {
      return [{ task, secrets: [], holding: 'unknown', known: 'current' }];
    }
    const own = referencesOf(task.taskDefinition, task.cluster, task.group);
    if (own.length === 0) return [];
    const judged = own.map((reference) => {
      const value = values.get(keyOf(reference)) ?? missing;
      const isKnown = 'from' in value;
      return { isKnown, secret: { reference: formatReference(reference), ...judge(task, value) } };
    });
    const secrets = judged.map(({ secret }) => secret);
    const known = judged.filter(({ isKnown }) => isKnown).map(({ secret }) => secret);
    const worst = (of: typeof secrets): Holding => worstHolding(of.map(({ holding }) => holding));
    return [{ task, secrets, holding: worst(secrets), known: worst(known) }];
  });
  const isCurrent = (service: Service, { taskDefinition, createdAt }: Deployment): boolean => {
    const own = referencesOf(taskDefinition, service.cluster, `service:${service.name}`);
    const judged = own.map((one) => judge({ createdAt }, values.get(keyOf(one)) ?? missing));
    return own.length > 0 && judged.every(({ holding }) => holding === 'current');
  };
  const underWay = new Map(
    found.services.flatMap((service) => {
      const primary = primaryOf(service);
      const isGoing = primary?.rolloutState === 'IN_PROGRESS' && primary.failedTasks === 0;
      return isGoing && isCurrent(service, primary) ? [[service.arn, primary.id] as const] : [];
    }),
  );
  return { scan: found, tasks, unknown: found.unknown, unseen, underWay };
}

/** What was found in one or several regions. */
export interface StaleSearch extends Pick<StaleOutcome, 'tasks' | 'unknown' | 'unseen'> {
  /** ARNs of the clusters that were searched, and their regions. */
  clusters: string[];
  regions: string[];
  /** The regions that have the secret and were not searched. */
  otherRegions: string[];
}

/** The same in the caller's region, and with `allRegions` in every region that has the secret. */
export async function findStaleIn(
  aws: Aws,
  secret: ResolvedSecret | undefined,
  filter: ServiceFilter,
  { allRegions, onProgress }: { allRegions: boolean; onProgress: OnProgress },
): Promise<StaleSearch> {
  const outcomes: StaleOutcome[] = [];
  for (const there of await regionsToSearch(aws, secret, allRegions)) {
    outcomes.push(await findStale(there.aws, secret, filter, onProgress));
  }
  const regions = outcomes.map(({ scan: { here } }) => here.region);
  return {
    tasks: outcomes.flatMap(({ tasks }) => tasks),
    unknown: outcomes.flatMap(({ unknown }) => unknown),
    unseen: outcomes.flatMap(({ unseen }) => unseen),
    clusters: outcomes.flatMap(({ scan: { clusters } }) => clusters),
    regions,
    otherRegions: secret ? regionsNotSearched(secret, regions) : [],
  };
}

// --- internal ---

/** What is known of a secret's current value; without dates, why there are none. */
type KnownValue = CurrentValue | { why: string } | { error: CliError };

const missing = { why: 'there is no such secret' };
const noValue = { why: 'the secret has no value' };

function judge(task: Parameters<typeof judgeHolding>[0], value: KnownValue): Judgement {
  if ('error' in value) return { holding: 'unknown', why: value.error.message };
  if ('why' in value) return { holding: 'unknown', why: value.why };
  return judgeHolding(task, value);
}

function isNotForUs({ error }: UnseenSecret): boolean {
  return isAccessDenied(error) || error.code === 'wrong-account';
}

/** Those of the references that follow a secret's current value. */
function followed(
  uses: readonly SecretUse[],
  secret: ResolvedSecret | undefined,
  { here }: Scan,
): Reference[] {
  const references = uses.flatMap((use) => readUse(use) ?? []);
  const own = references.filter(
    (reference) => !isPinned(reference) && (!secret || refersTo(reference, secret, here)),
  );
  return distinctBy(own, keyOf);
}

/** One key for a secret, whichever of its JSON keys is meant. */
function keyOf(reference: Reference): string {
  return formatReference(wholeSecret(reference));
}

function wholeSecret(reference: Reference): Reference {
  const { store, name, scope } = reference;
  return { store, name, ...(scope && { scope }) };
}

/** What is known of the current values of these secrets, by `keyOf`. */
async function currentValues(
  aws: Aws,
  references: readonly Reference[],
  onProgress: OnProgress,
): Promise<Map<string, KnownValue>> {
  const secrets = new Map(
    references.map((reference) => [keyOf(reference), wholeSecret(reference)]),
  );
  const lookups = await lookUpSecrets(aws, [...secrets.values()]);
  let done = 0;
  const values = await pMap(
    secrets,
    async ([key, reference]) => {
      const value = await currentValue(aws, reference, lookups.get(key));
      done += 1;
      onProgress({ step: 'reading versions of secrets', done, total: secrets.size });
      return [key, value] as const;
    },
    { concurrency: 10 },
  );
  return new Map(values);
}

async function currentValue(
  aws: Aws,
  { scope }: Reference,
  lookup: Lookup | undefined,
): Promise<KnownValue> {
  if (!lookup || lookup.state === 'missing') return missing;
  if (lookup.state === 'unseen') return { error: lookup.error };
  const { secret, changedAt, description, denied } = lookup;
  if (denied) return { error: denied };
  // A parameter has no labels: its newest version is the current one.
  if (!description) return changedAt ? { from: changedAt, until: changedAt } : noValue;
  try {
    const manager = await aws.secretsManager(scope?.region);
    const versions = await manager.versions(secret.arn, { all: true });
    return currentSecretValue(description, versions) ?? noValue;
  } catch (error) {
    if (error instanceof CliError) return { error };
    throw error;
  }
}
