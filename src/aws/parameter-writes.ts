import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { CliError, Interrupted, isUncertain } from '../errors.ts';
import type { SecretValue } from '../model/secrets/secret-value.ts';
import { uncertainWrite } from './calls/client.ts';
import type { ReadParameter } from './parameter-answers.ts';
import type { Tier } from '../model/secrets/secret-rules.ts';

/** What a write sets besides the value; undefined leaves it to Parameter Store. */
export interface ParameterAttributes {
  kmsKeyId?: string | undefined;
  tier?: Tier | undefined;
  description?: string | undefined;
  allowedPattern?: string | undefined;
  policies?: string | undefined;
  dataType?: string | undefined;
}

/** See `ParameterStore.read`. */
type Read = (name: string, version?: number) => Promise<ReadParameter | undefined>;

/**
 * Creates the call that stores a value on top of version `over` (0 if there is none). PutParameter
 * with Overwrite stores another version each time, so after a lost answer the versions are read
 * first: the call is retried only while `over` is still current, with at most `attempts` attempts.
 * Throws CliError `concurrent-write` if someone else stored a value and we did not, and
 * `uncertain-write` if the versions cannot be read.
 */
export function createPut(client: SSMClient, read: Read, attempts: number) {
  return async function put(
    name: string,
    value: SecretValue,
    { kmsKeyId, tier, description, allowedPattern, policies, dataType }: ParameterAttributes,
    {
      over,
      ...more
    }: { over: number; Overwrite?: boolean; Tags?: { Key: string; Value: string }[] },
  ): Promise<{ version: number }> {
    const command = new PutParameterCommand({
      Name: name,
      Value: value.reveal(),
      Type: 'SecureString',
      KeyId: kmsKeyId,
      Tier: tier,
      Description: description,
      AllowedPattern: allowedPattern,
      Policies: policies,
      DataType: dataType,
      ...more,
    });
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { Version } = await client.send(command);
        return { version: Version ?? 0 };
      } catch (error) {
        if (!isUncertain(error)) throw error;
        await pause(100 * 2 ** attempt);
        const stored = await storedAbove(read, name, over, value).catch((unseen: unknown) => {
          if (!(unseen instanceof CliError)) throw unseen;
          throw uncertainWrite(`the value of ${name} may have been stored`, name, error);
        });
        if (stored === 'other') throw overtaken(name, error);
        if (stored) return stored;
        if (attempt >= attempts || error instanceof Interrupted) throw error;
      }
    }
  };
}

// --- internal ---

/**
 * The version above `over` that has the value; `other` if only other values were stored, undefined
 * if none was.
 */
async function storedAbove(
  read: Read,
  name: string,
  over: number,
  value: SecretValue,
): Promise<{ version: number } | 'other' | undefined> {
  const current = await read(name);
  if (!current || current.version <= over) return undefined;
  if (current.value.equals(value)) return current;
  for (let version = over + 1; version < current.version; version += 1) {
    const stored = await read(name, version);
    if (stored?.value.equals(value)) return stored;
  }
  return 'other';
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds * (0.5 + Math.random())));
}

function overtaken(name: string, cause: CliError): CliError {
  return new CliError(
    'concurrent-write',
    `someone else stored a value of ${name} at the same time; your value was not stored`,
    {
      hint: `ecs-secrets history ${name} lists the versions; run the command again if the value is still wanted`,
      cause,
    },
  );
}
