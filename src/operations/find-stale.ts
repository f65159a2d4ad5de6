import pMap from 'p-map';
import type { Aws } from '../aws/index.ts';
import type { RunningTask } from '../aws/ecs.ts';
import {
  formatReference,
  isPinned,
  lookupId,
  refersTo,
  type Reference,
} from '../model/reference.ts';
import {
  currentSecretValue,
  judgeHolding,
  worstHolding,
  type CurrentValue,
  type Holding,
  type Judgement,
} from '../model/staleness.ts';
import { readUse, secretUses, type TaskDefinition } from '../model/task-definition.ts';
import type { ResolvedSecret } from './resolve-references.ts';
import { scan, type Scan, type ServiceFilter } from './scan.ts';

/** What one running task holds of the secrets it refers to. */
export interface TaskHolding {
  task: RunningTask;
  holding: Holding;
  /** Each secret by the notation of `formatReference`, and what the task holds of it. */
  secrets: ({ reference: string } & Judgement)[];
}

export interface StaleOutcome {
  scan: Scan;
  /** Every running task that refers to one of the secrets in question. */
  tasks: TaskHolding[];
}

/**
 * Finds out which running tasks started before the current version of a secret they use: of one
 * secret, or without it of every secret they refer to. Reads no value.
 */
export async function findStale(
  aws: Aws,
  secret: ResolvedSecret | undefined,
  filter: ServiceFilter,
  onProgress?: (text: string) => void,
): Promise<StaleOutcome> {
  const found = await scan(aws, filter, { tasks: 'required', onProgress });
  const references = new Map<string, readonly Reference[]>();
  for (const [arn, { definition }] of found.revisions) {
    references.set(arn, followed(definition, secret, found));
  }
  const used = new Map(
    [...references.values()].flat().map((reference) => [keyOf(reference), reference]),
  );
  const values = await currentValues(aws, used);
  const tasks = found.tasks.flatMap((task): TaskHolding[] => {
    const own = references.get(task.taskDefinition) ?? [];
    if (own.length === 0) return [];
    const secrets = own.map((reference) => {
      const value = values.get(keyOf(reference)) ?? { why: 'there is no such secret' };
      const judgement: Judgement =
        'why' in value ? { holding: 'unknown', why: value.why } : judgeHolding(task, value);
      return { reference: formatReference(reference), ...judgement };
    });
    return [{ task, secrets, holding: worstHolding(secrets.map(({ holding }) => holding)) }];
  });
  return { scan: found, tasks };
}

// --- internal ---

/** The references of a task definition that follow a secret's current value. */
function followed(
  definition: TaskDefinition,
  secret: ResolvedSecret | undefined,
  { here }: Scan,
): Reference[] {
  const references = secretUses(definition).flatMap((use) => readUse(use) ?? []);
  const own = references.filter(
    (reference) => !isPinned(reference) && (!secret || refersTo(reference, secret, here)),
  );
  return [...new Map(own.map((reference) => [keyOf(reference), reference])).values()];
}

/** One key for a secret, whichever of its JSON keys is meant. */
function keyOf(reference: Reference): string {
  return `${reference.store} ${reference.scope?.region ?? ''} ${lookupId(reference)}`;
}

async function currentValues(
  aws: Aws,
  used: ReadonlyMap<string, Reference>,
): Promise<Map<string, CurrentValue | { why: string }>> {
  const values = new Map<string, CurrentValue | { why: string }>();
  const regions = new Set([...used.values()].map(({ scope }) => scope?.region));
  for (const region of regions) {
    const entries = [...used].filter(([, { scope }]) => scope?.region === region);
    const parameters = entries.filter(([, { store }]) => store === 'parameter-store');
    if (parameters.length > 0) {
      const store = await aws.parameterStore(region);
      const described = await store.describe(parameters.map(([, { name }]) => name));
      for (const [key, { name }] of parameters) {
        const at = described.get(name)?.changedAt;
        if (at) values.set(key, { from: at, until: at });
      }
    }
    await pMap(
      entries.filter(([, { store }]) => store === 'secrets-manager'),
      async ([key, reference]) => {
        const manager = await aws.secretsManager(region);
        const description = await manager.describe(lookupId(reference));
        if (!description) return;
        const versions = await manager.versions(description.arn, { all: true });
        const value = currentSecretValue(description, versions);
        values.set(key, value ?? { why: 'the secret has no value' });
      },
      { concurrency: 10 },
    );
  }
  return values;
}
