import pMap from 'p-map';
import type { ParameterStore, ReadParameter } from '../../aws/parameter-store.ts';
import { CliError } from '../../errors.ts';
import { timeWords, type At } from '../../model/environment/version-at.ts';
import { readParameters } from '../secrets/read-values.ts';

/** Parameters in the versions that were asked for. */
export interface ParametersAt {
  found: ReadParameter[];
  /** Names of those that have no such version: created later, or without the label. */
  absent: string[];
}

/** The parameters below a path like `/shop/prod`, at a time or with a label; see `parametersAt`. */
export async function parametersBelow(
  store: ParameterStore,
  path: string,
  at: At | undefined,
): Promise<ParametersAt> {
  if (at?.kind !== 'version') {
    const current = await store.readBelow(path);
    return at ? parametersAt(store, current, at.time) : { found: current, absent: [] };
  }
  // The filter does not say what it leaves out.
  const [found, all] = await Promise.all([
    store.readBelow(path, at.version),
    store.readBelow(path),
  ]);
  const names = new Set(found.map(({ name }) => name));
  return { found, absent: all.map(({ name }) => name).filter((name) => !names.has(name)) };
}

/**
 * Parameters as they were at a time, from their current versions: the newest version that is not
 * newer. Reads the history only of those that were changed since. Throws CliError `version-not-found`
 * with all of which the version is no longer kept.
 */
export async function parametersAt(
  store: ParameterStore,
  current: readonly ReadParameter[],
  time: Date,
): Promise<ParametersAt> {
  const isUnchanged = ({ changedAt }: ReadParameter): boolean =>
    changedAt !== undefined && changedAt <= time;
  const absent: string[] = [];
  const lost: string[] = [];
  const wanted = new Map<string, string>();
  await pMap(
    current.filter((one) => !isUnchanged(one)),
    async ({ name, version, changedAt }) => {
      const isNew = version === 1 && changedAt !== undefined;
      const versions = isNew ? [] : ((await store.history(name)) ?? []);
      const then = versions.findLast((one) => one.changedAt !== undefined && one.changedAt <= time);
      const [oldest] = versions;
      if (then) wanted.set(name, `${name}:${then.version}`);
      else if (!oldest || oldest.version === 1) absent.push(name);
      else {
        const since = oldest.changedAt ? `, stored ${timeWords(oldest.changedAt)}` : '';
        lost.push(
          `${name}: the version of ${timeWords(time)} is no longer kept; the oldest is ${oldest.version}${since}`,
        );
      }
    },
    { concurrency: atOnce },
  );
  if (lost.length > 0) {
    throw new CliError('version-not-found', lost.sort().join('\n'), {
      hint: 'Parameter Store keeps 100 versions; ecs-secrets history lists them',
    });
  }
  const { found, denied } = await readParameters(store, [...wanted.values()]);
  for (const refusal of denied.values()) throw refusal;
  const earlier = [...wanted].map(([name, asked]) => {
    const read = found.get(name) ?? found.get(asked);
    if (read) return read;
    throw new CliError('version-not-found', `${asked} was deleted in the meantime`);
  });
  return { found: [...current.filter(isUnchanged), ...earlier], absent: absent.sort() };
}

// --- internal ---

/** The rate of GetParameterHistory is not published. */
const atOnce = 5;
