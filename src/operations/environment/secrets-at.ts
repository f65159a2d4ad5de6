import pMap from 'p-map';
import type { SecretDescription, SecretsManager } from '../../aws/secrets-manager.ts';
import { CliError, isAwsError } from '../../errors.ts';
import { timeWords, type At } from '../../model/environment/version-at.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import { ifAllowed } from '../if-allowed.ts';
import { readSecrets } from '../secrets/read-values.ts';

/** What is known of a secret before its versions are listed; undefined where it is not known. */
export type KnownSecret = Pick<SecretDescription, 'name' | 'arn'> &
  Partial<Pick<SecretDescription, 'createdAt' | 'changedAt' | 'currentVersionId'>>;

/** Secrets in the versions that were asked for. One that is in neither list does not exist. */
export interface SecretsAt {
  /** The value is undefined for a binary secret. */
  found: { name: string; value: SecretValue | undefined }[];
  /** Names of those that have no such version: created later, or without the stage. */
  absent: string[];
  /** Names of those of which AWSCURRENT may have been another version at that time. */
  guessed: string[];
}

/** Secrets in their current versions, at a stage, or at a time (`secretsOf`). */
export async function secretsAt(
  manager: SecretsManager,
  secrets: readonly KnownSecret[],
  at: At | undefined,
): Promise<SecretsAt> {
  if (at?.kind === 'time') return secretsOf(manager, secrets, at.time);
  if (!at) return { found: await readCurrent(manager, secrets), absent: [], guessed: [] };
  const absent: string[] = [];
  const found = await pMap(
    secrets,
    async ({ name, arn }) => {
      const read = await manager.read(arn, { stage: at.version });
      if (!read) absent.push(name);
      return read ? [{ name, value: read.value }] : [];
    },
    { concurrency: atOnce },
  );
  return { found: found.flat(), absent: absent.sort(), guessed: [] };
}

/**
 * One secret as it was at a time, by its name or ARN. Without secretsmanager:DescribeSecret, that
 * AWSCURRENT was moved back meanwhile is not seen.
 */
export async function secretAt(
  manager: SecretsManager,
  id: string,
  time: Date,
): Promise<SecretsAt> {
  const known = await ifAllowed(manager.describe(id));
  if (!known) return { found: [], absent: [], guessed: [] };
  if (known === 'denied') return secretsOf(manager, [{ name: id, arn: id }], time);
  const { name, arn, createdAt, changedAt } = known;
  if (!changedAt || changedAt > time) return secretsOf(manager, [{ name, arn, createdAt }], time);
  const read = await manager.read(arn);
  return { found: read ? [{ name, value: read.value }] : [], absent: [], guessed: [] };
}

/** The note about secrets whose version of a time is not known for certain; none for no names. */
export function guessNote(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [
    `used the newest version created by then, as the history of AWSCURRENT is not recorded: ${names.join(', ')}`,
  ];
}

// --- internal ---

const atOnce = 10;

/**
 * Secrets as they were at a time: the newest version that was created by then. Which version was
 * AWSCURRENT is not recorded, and versions without a stage may be deleted. Versions are listed only
 * of secrets that were changed since. Throws CliError `version-not-found` with all that have no
 * version of that time.
 */
async function secretsOf(
  manager: SecretsManager,
  secrets: readonly KnownSecret[],
  time: Date,
): Promise<SecretsAt> {
  const absent: string[] = [];
  const lost: string[] = [];
  const guessed: string[] = [];
  const isOld = ({ changedAt }: KnownSecret): boolean =>
    changedAt !== undefined && changedAt <= time;
  const current = await readCurrent(manager, secrets.filter(isOld));
  // A list of secrets may be late by minutes, so the version that was read counts.
  const listed = new Map(secrets.map(({ name, currentVersionId }) => [name, currentVersionId]));
  const isListed = ({ name, versionId }: (typeof current)[number]): boolean =>
    listed.get(name) === versionId;
  const overtaken = new Set(current.filter((one) => !isListed(one)).map(({ name }) => name));
  const earlier = await pMap(
    secrets.filter((one) => !isOld(one) || overtaken.has(one.name)),
    async (secret): Promise<SecretsAt['found']> => {
      const { name, arn, createdAt } = secret;
      if (createdAt && createdAt > time) {
        absent.push(name);
        return [];
      }
      const { then, oldest } = await versionOf(manager, arn, time);
      const read = then && (await manager.read(arn, { versionId: then.versionId }));
      if (read && !then.stages.includes('AWSCURRENT')) guessed.push(name);
      if (read) return [{ name, value: read.value }];
      if (oldest) {
        const words = createdAt ? 'is kept' : 'is kept, or the secret is newer';
        lost.push(
          `${name.startsWith('arn:') ? name : `sm:${name}`}: no version created by ${timeWords(time)} ${words}; the oldest was created ${timeWords(oldest)}`,
        );
      }
      return [];
    },
    { concurrency: atOnce },
  );
  if (lost.length > 0) {
    throw new CliError('version-not-found', lost.sort().join('\n'), {
      hint: 'Secrets Manager keeps versions with a stage, and others for a limited time; ecs-secrets history lists them',
    });
  }
  return {
    found: [...current.filter(isListed), ...earlier.flat()],
    absent: absent.sort(),
    guessed: guessed.sort(),
  };
}

async function readCurrent(
  manager: SecretsManager,
  secrets: readonly KnownSecret[],
): Promise<{ name: string; versionId: string; value: SecretValue | undefined }[]> {
  const { found, denied } = await readSecrets(
    manager,
    secrets.map(({ name }) => name),
  );
  for (const refusal of denied.values()) throw refusal;
  return [...found.values()];
}

/** The newest version created by a time, and when the oldest that is kept was created. */
async function versionOf(manager: SecretsManager, id: string, time: Date) {
  try {
    const versions = (await manager.versions(id, { all: true }))
      // A rotation that is not complete, or was given up.
      .filter(({ stages }) => stages.length === 0 || stages.some((one) => one !== 'AWSPENDING'))
      .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    const then = versions.findLast(({ createdAt }) => createdAt <= time);
    return { then, oldest: versions[0]?.createdAt };
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return {};
    throw error;
  }
}
