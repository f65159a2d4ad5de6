import { JsonKeyError, jsonValue } from '../../../model/secrets/agent-json.ts';
import { Unreachable } from './network.ts';
import type { Reference } from './secret-references.ts';
import { secretCallFailure, secretFailure, secretUnreachable } from './start-failures.ts';
import type { Invoke } from './invoke.ts';

/** Reads one reference to Secrets Manager; leaves those to parameters alone. */
export async function fetchSecret(
  invoke: Invoke,
  reference: Reference,
  values: Map<string, string>,
  ec2: boolean,
): Promise<void> {
  if (reference.store === 'ssm') return;
  if (reference.store === 'malformed') {
    throw secretFailure(
      ec2
        ? `trying to retrieve secret with value ${reference.valueFrom} resulted in error: an invalid ARN ` +
            'format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.'
        : 'unexpected ARN format with parameters when trying to retrieve ASM secret',
      ec2,
    );
  }

  const { secretId, jsonKey, versionStage, versionId, region, valueFrom } = reference;
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

  // A binary secret has no SecretString: the agent injects nothing then.
  const value = answer.SecretString ?? '';
  try {
    values.set(valueFrom, jsonKey === '' ? value : jsonValue(value, jsonKey));
  } catch (error) {
    if (!(error instanceof JsonKeyError)) throw error;
    throw secretFailure(error.message, ec2);
  }
}
