import pMap from 'p-map';
import type { Revision } from '../../aws/ecs.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import {
  referenceDifferences,
  type ReferenceDifferences,
} from '../../model/definitions/reference-differences.ts';
import { readUse, secretUses } from '../../model/definitions/secret-uses.ts';
import { distinctBy } from '../../model/distinct-by.ts';
import { formatReference, isPinned, type Reference } from '../../model/secrets/reference.ts';
import { shownName } from '../../model/secrets/shown-text.ts';
import { ahead } from '../ahead.ts';
import { whyUnseen } from '../if-allowed.ts';
import type { OnProgress } from '../progress.ts';
import { lookUpSecrets, type Lookup } from '../secrets/look-up-secrets.ts';
import { revisionUsers, usersOf, type RevisionUser } from './revision-users.ts';

/** A revision, and what is known of it. */
export interface ListedRevision {
  arn: string;
  number: number;
  status: string;
  registeredAt: Date | undefined;
  users: readonly RevisionUser[];
  /** Against the revision before it in the list; undefined for the first one. */
  changes: ReferenceDifferences | undefined;
  /** The secrets it refers to that last changed while it was the newest one. */
  secretsChanged: { reference: string; changedAt: Date }[];
}

/** The newest revisions of a family. */
export interface ListedRevisions {
  /** Newest first. */
  revisions: ListedRevision[];
  /** How many there are. */
  total: number;
  /** What could not be looked at, with the reason. */
  unchecked: string[];
}

/**
 * Lists the newest revisions of a family: the ACTIVE ones, and with `all` the INACTIVE ones too.
 * Throws CliError `task-definition-not-found` if there are none.
 */
export async function listRevisions(
  aws: Aws,
  family: string,
  { all, limit }: { all: boolean; limit: number },
  onProgress: OnProgress,
): Promise<ListedRevisions> {
  const reading = ahead(revisionUsers(aws, onProgress));
  const active = await revisionArns(aws, 'ACTIVE', family);
  const inactive = all || active.length === 0 ? await revisionArns(aws, 'INACTIVE', family) : [];
  const arns = [...active, ...(all ? inactive : [])].sort((a, b) => numberOf(b) - numberOf(a));
  if (arns.length === 0) throw noneFound(family, inactive.length);
  const ecs = await aws.ecs();
  const described = await pMap(
    // The one before the last is only compared with.
    arns.slice(0, limit + 1),
    (arn) => ecs.taskDefinition(arn),
    { concurrency: 8 },
  );
  const found = described.filter((revision) => revision !== undefined);
  const shown = found.slice(0, limit);
  const references = distinctBy(shown.flatMap(followed), keyOf);
  const lookups = await lookUpSecrets(aws, references.map(wholeSecret), 'all');
  const users = await reading;
  const revisions = shown.map((revision, index): ListedRevision => {
    const { arn, status, registeredAt, definition } = revision;
    const before = found[index + 1];
    return {
      arn,
      number: numberOf(arn),
      status,
      registeredAt,
      users: usersOf(users, arn, arn === active[0]),
      changes: before && referenceDifferences(before.definition, definition),
      secretsChanged: changedBetween(revision, shown[index - 1], lookups),
    };
  });
  return {
    revisions,
    total: arns.length,
    unchecked: [...users.unchecked, ...unseenIn(lookups)],
  };
}

/** ARNs of the revisions of a family, newest first. */
export async function revisionArns(
  aws: Aws,
  status: 'ACTIVE' | 'INACTIVE',
  family: string,
): Promise<string[]> {
  const arns = await (await aws.ecs()).revisions(status, family);
  // The pages of a list that changes meanwhile may name a revision twice.
  return [...new Set(arns)].sort((a, b) => numberOf(b) - numberOf(a));
}

/** The number of a revision. */
export function numberOf(arn: string): number {
  return Number(arn.slice(arn.lastIndexOf(':') + 1));
}

/** The error for a family without revisions. */
export function noneFound(family: string, inactive: number): CliError {
  return inactive > 0
    ? new CliError('task-definition-not-found', `${shownName(family)} has no ACTIVE revision`, {
        hint: 'to list the INACTIVE ones: --all',
      })
    : new CliError('task-definition-not-found', `there is no family ${shownName(family)}`, {
        hint: 'a family belongs to one region and account; aws ecs list-task-definition-families lists them',
      });
}

// --- internal ---

/** The references of a revision that follow a secret's current value. */
function followed({ definition }: Revision): Reference[] {
  return secretUses(definition).flatMap((use) => {
    const reference = readUse(use);
    return reference && !isPinned(reference) ? [reference] : [];
  });
}

function wholeSecret({ store, name, scope }: Reference): Reference {
  return { store, name, ...(scope && { scope }) };
}

/** One key for a secret, whichever of its JSON keys is meant. */
function keyOf(reference: Reference): string {
  return formatReference(wholeSecret(reference));
}

/** The secrets of a revision whose last change is between its registration and that of the next. */
function changedBetween(
  revision: Revision,
  next: Revision | undefined,
  lookups: ReadonlyMap<string, Lookup>,
): ListedRevision['secretsChanged'] {
  const { registeredAt: from } = revision;
  const until = next?.registeredAt;
  if (!from || (next && !until)) return [];
  return distinctBy(followed(revision), keyOf).flatMap((one) => {
    const reference = keyOf(one);
    const changedAt = lastChange(lookups.get(reference));
    return changedAt && changedAt > from && (!until || changedAt < until)
      ? [{ reference, changedAt }]
      : [];
  });
}

function lastChange(lookup: Lookup | undefined): Date | undefined {
  return lookup?.state === 'found'
    ? (lookup.changedAt ?? lookup.description?.changedAt)
    : undefined;
}

/** The secrets that could not be looked at, with the reason. */
function unseenIn(lookups: ReadonlyMap<string, Lookup>): string[] {
  return [...lookups].flatMap(([reference, lookup]) => {
    const error =
      lookup.state === 'unseen'
        ? lookup.error
        : lookup.state === 'found'
          ? lookup.denied
          : undefined;
    return error ? [`${reference} (${whyUnseen(error)})`] : [];
  });
}
