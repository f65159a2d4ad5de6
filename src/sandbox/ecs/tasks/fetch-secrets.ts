import { GoError, wellFormed } from './go/reader.ts';
import { valueOfKey } from './go/secret-value.ts';
import { Unreachable } from './network.ts';
import type { Reference } from './secret-references.ts';
import {
  agentCrash,
  joined,
  secretCallFailure,
  secretFailure,
  secretUnreachable,
  StartFailure,
} from './start-failures.ts';
import type { Invoke } from './invoke.ts';

/**
 * Reads the references to Secrets Manager, each by its own call; leaves those to parameters alone. Throws
 * one StartFailure for all that fail.
 */
export async function fetchSecrets(
  invoke: Invoke,
  references: readonly Reference[],
  values: Map<string, string>,
  ec2: boolean,
): Promise<void> {
  const failures = await Promise.all(
    references.map(async (reference) => {
      try {
        const value = await fetchSecret(invoke, reference, ec2);
        if (value !== undefined) values.set(reference.valueFrom, value);
        return undefined;
      } catch (error) {
        if (error instanceof StartFailure) return error;
        throw error;
      }
    }),
  );
  const all = failures.filter((failure) => failure !== undefined);
  if (all.length > 0) throw joined(all, ec2);
}

// --- internal ---

async function fetchSecret(
  invoke: Invoke,
  reference: Reference,
  ec2: boolean,
): Promise<string | undefined> {
  if (reference.store === 'ssm') return undefined;
  if (reference.store === 'malformed') {
    throw secretFailure(
      ec2
        ? `trying to retrieve secret with value ${reference.valueFrom} resulted in error: an invalid ARN ` +
            'format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.'
        : 'unexpected ARN format with parameters when trying to retrieve ASM secret',
      ec2,
    );
  }

  const { secretId, jsonKey, versionStage, versionId, region } = reference;
  // The agent leaves it to Secrets Manager to refuse such an id.
  if (!ec2 && versionId !== '' && versionId.length < 32) {
    throw secretFailure(
      'InvalidParameter: 1 validation error(s) found. - minimum field size of 32, GetSecretValueInput.VersionId.',
      ec2,
    );
  }
  const input = {
    SecretId: secretId,
    ...(versionStage && { VersionStage: versionStage }),
    ...(versionId && { VersionId: versionId }),
  };
  let answer: { SecretString?: string };
  try {
    answer = (await invoke('secretsmanager', 'GetSecretValue', input, region)) as typeof answer;
  } catch (error) {
    if (error instanceof Unreachable) throw secretUnreachable(secretId);
    throw secretCallFailure(secretId, region, error, ec2);
  }

  const { SecretString: text } = answer;
  // The agent injects nothing for a binary secret, and reads a key of one through a nil pointer.
  if (jsonKey === '') return wellFormed(text ?? '');
  if (text === undefined) throw agentCrash(ec2);
  try {
    return valueOfKey(text, jsonKey);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    throw secretFailure(error.message, ec2);
  }
}
