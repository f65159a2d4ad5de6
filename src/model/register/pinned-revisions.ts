import { parseArn, type Scope } from '../secrets/partition.ts';

/** What rules and schedules run of a family. */
export interface Pinned<T> {
  /** Those that name a revision older than the given one. */
  older: T[];
  /** Those that name a newer one. */
  newer: T[];
  /** Those that name no revision: ECS runs the latest ACTIVE one (RunTask API reference). */
  latest: T[];
}

/**
 * Sorts what runs a family of this account and region by the revision that it names: `FAMILY:REVISION`, or an ARN.
 * Without `revision`, every named one is older.
 */
export function pinnedRevisions<T extends { taskDefinition: string }>(
  all: readonly T[],
  { family, revision, here }: { family: string; revision: number | undefined; here: Scope },
): Pinned<T> {
  const own = all.flatMap((one) => {
    const named = namedIn(one.taskDefinition, here);
    return named?.family === family ? [{ one, number: named.number }] : [];
  });
  const those = (fits: (number: number) => boolean): T[] =>
    own.filter(({ number }) => number !== undefined && fits(number)).map(({ one }) => one);
  return {
    older: those((number) => revision === undefined || number < revision),
    newer: those((number) => revision !== undefined && number > revision),
    latest: own.filter(({ number }) => number === undefined).map(({ one }) => one),
  };
}

/** The number of a revision, from its ARN or `FAMILY:REVISION`; undefined if there is none. */
export function revisionNumber(taskDefinition: string): number | undefined {
  const digits = /:(\d+)$/.exec(taskDefinition.slice(taskDefinition.lastIndexOf('/') + 1))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

// --- internal ---

/** The family, and the number of the revision if one is named; undefined for another account or region. */
function namedIn(
  taskDefinition: string,
  here: Scope,
): { family: string; number: number | undefined } | undefined {
  const arn = parseArn(taskDefinition);
  if (arn && (arn.account !== here.account || arn.region !== here.region)) return undefined;
  const resource = (arn?.resource ?? taskDefinition).replace(/^task-definition\//, '');
  return { family: resource.replace(/:\d+$/, ''), number: revisionNumber(resource) };
}
