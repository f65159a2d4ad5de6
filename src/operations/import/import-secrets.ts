import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import type { ParameterStore } from '../../aws/parameter-store.ts';
import type { ReadSecret } from '../../aws/secrets-manager.ts';
import { CliError, Interrupted } from '../../errors.ts';
import { InvalidInput } from '../../model/problems.ts';
import type { Reference, Store } from '../../model/secrets/reference.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import { putParameter } from '../secrets/put-parameter.ts';
import { putStoredSecret } from '../secrets/put-stored-secret.ts';
import { readParameters, readSecrets, type ReadValues } from '../secrets/read-values.ts';
import type { OnProgress } from '../progress.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import type { PutOutcome, PutRequest } from '../secrets/put-request.ts';

/** One secret to store. */
export interface ImportItem {
  /** As in the file. */
  key: string;
  reference: Reference;
  value: SecretValue;
}

/** The result for one secret. */
export type ImportedItem = { key: string; reference: Reference } & (
  { put: PutOutcome; error?: undefined } | { put?: undefined; error: CliError }
);

/** How to import secrets; the rest is as in `putSecret`. */
export interface ImportOptions extends Omit<PutRequest, 'value' | 'exclusive' | 'restore'> {
  interrupted: AbortSignal;
  onProgress: OnProgress;
}

/**
 * Stores many secrets in one store. First compares them with the stored values, in batches, and
 * then writes only those that differ, at the rate that AWS allows. To resume an interrupted or
 * partly failed run, run it again. A failed secret does not stop the others, except for errors that
 * would affect all of them (credentials, the network). Throws Interrupted with the progress so far.
 */
export async function importSecrets(
  aws: Aws,
  items: readonly ImportItem[],
  options: ImportOptions,
): Promise<ImportedItem[]> {
  const { interrupted, onProgress, ...request } = options;
  const store = items[0]?.reference.store ?? 'parameter-store';
  let read = 0;
  const put = await untilInterrupted(
    preparePut(aws, store, items, request, (count) => {
      read += count;
      const done = Math.min(read, items.length);
      onProgress({ step: 'comparing secrets', done, total: items.length });
    }),
    interrupted,
  );
  const results: ImportedItem[] = [];
  const fatal = new AbortController();
  const writing = pMap(
    items,
    async (item) => {
      if (interrupted.aborted || fatal.signal.aborted) return;
      const { key, reference } = item;
      try {
        results.push({ key, reference, put: await put(item) });
      } catch (error) {
        const told = asCliError(error);
        results.push({ key, reference, error: told });
        const cause = told.cause instanceof CliError ? told.cause.code : '';
        if (stopsAll.has(told.code) || stopsAll.has(cause)) fatal.abort();
      }
      onProgress({ step: 'storing secrets', done: results.length, total: items.length });
    },
    // Enough to use a rate of hundreds of calls per second at a round trip of 0.1 s.
    { concurrency: 32 },
  );
  await untilInterrupted(writing, interrupted).catch((error: unknown) => {
    if (!(error instanceof Interrupted)) throw error;
    const done = results.filter((result) => result.put).length;
    throw new Interrupted(
      `interrupted; ${done} of ${items.length} are stored, and writes under way may be`,
      'run the command again: it compares first, and writes only what is missing',
    );
  });
  return inOrder(items, results, fatal.signal.aborted);
}

// --- internal ---

/** A problem with one secret, caused by its stored state, does not stop the others. */
function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (!(error instanceof InvalidInput)) throw error;
  return new CliError('invalid-input', error.message, { hint: error.hint });
}

type Request = Omit<PutRequest, 'value'>;
type Put = (item: ImportItem) => Promise<PutOutcome>;

/** Errors that every further call would return too. */
const stopsAll = new Set([
  'expired-credentials',
  'invalid-credentials',
  'no-credentials',
  'no-region',
  'unreachable',
  'request-timeout',
]);

function inOrder(
  items: readonly ImportItem[],
  results: readonly ImportedItem[],
  stopped: boolean,
): ImportedItem[] {
  const byKey = new Map(results.map((result) => [result.key, result]));
  return items.map(({ key, reference }) => {
    const result = byKey.get(key);
    if (result) return result;
    const why = stopped ? 'not tried, because of the previous error' : 'not tried';
    return { key, reference, error: new CliError('not-tried', why) };
  });
}

/** Reads the stored values, and returns a function that puts one secret on top of them. */
async function preparePut(
  aws: Aws,
  store: Store,
  items: readonly ImportItem[],
  request: Request,
  onRead: (count: number) => void,
): Promise<Put> {
  const names = items.map(({ reference }) => reference.name);
  if (store === 'secrets-manager') {
    const manager = await aws.secretsManager();
    const read = await readSecrets(manager, names, onRead);
    return async ({ reference, value }) => {
      if (reference.store !== 'secrets-manager') throw new Error('all are of one store');
      const known = read.found.get(reference.name);
      return isSettled(request) && known?.value?.equals(value)
        ? unchangedSecret(known)
        : putStoredSecret(manager, reference, { ...request, value });
    };
  }
  const parameters = await aws.parameterStore();
  const read = await readParameters(parameters, names, onRead);
  const differing = items.filter(({ reference, value }) => {
    const known = read.found.get(reference.name);
    return known && !(isSettled(request) && known.value.equals(value));
  });
  const described = await parameters.describe(
    [...differing.map(({ reference }) => reference.name), ...read.denied.keys()].sort(),
  );
  const prefetched = prefetch(parameters, read, described, request.dryRun ?? false);
  return ({ reference, value }) => putParameter(prefetched, reference.name, { ...request, value });
}

/** Whether only a different value requires a write. */
function isSettled({ force, kmsKeyId, tier, description, tags = [] }: Request): boolean {
  const attributes = [kmsKeyId, tier, description];
  return !force && tags.length === 0 && attributes.every((given) => given === undefined);
}

function unchangedSecret({ name, arn, versionId }: ReadSecret): PutOutcome {
  return {
    action: 'unchanged',
    store: 'secrets-manager',
    name,
    arn,
    version: undefined,
    previousVersion: versionId,
    compared: true,
  };
}

/** The store, which answers the first read of each parameter from the values read in advance. */
function prefetch(
  store: ParameterStore,
  { found, denied }: ReadValues<Awaited<ReturnType<ParameterStore['readMany']>>[number]>,
  described: Awaited<ReturnType<ParameterStore['describe']>>,
  dryRun: boolean,
): ParameterStore {
  const asked = new Set<string>();
  const isFirst = (question: string): boolean => {
    if (asked.has(question)) return false;
    asked.add(question);
    return true;
  };
  return {
    ...store,
    read(name, version) {
      if (version !== undefined || !isFirst(`read ${name}`)) return store.read(name, version);
      const refusal = denied.get(name);
      return refusal ? Promise.reject(refusal) : Promise.resolve(found.get(name));
    },
    describe(names) {
      const [name = ''] = names;
      const known = described.get(name);
      // Unreadable names that do not exist need no second read if nothing is written.
      if (dryRun && names.length === 1 && !found.has(name) && !denied.has(name)) {
        return Promise.resolve(new Map());
      }
      return names.length === 1 && known && isFirst(`describe ${name}`)
        ? Promise.resolve(new Map([[name, known]]))
        : store.describe(names);
    },
  };
}
