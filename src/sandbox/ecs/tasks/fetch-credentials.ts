import { credentialsFault } from './go/secret-value.ts';
import { Unreachable } from './network.ts';
import type { Invoke } from './invoke.ts';
import { callError, secretFailure, secretUnreachable } from './start-failures.ts';

/**
 * Logs in to a private registry as the agent does (agent/asm/asm.go): the whole text is the id of the
 * secret, and its value has to be a JSON object with a username and a password, in any case of the keys.
 */
export async function fetchCredentials(
  invoke: Invoke,
  secretId: string,
  taskRegion: string,
  ec2: boolean,
): Promise<void> {
  const region = secretId.startsWith('arn:') ? (secretId.split(':')[3] ?? '') : taskRegion;
  let answer: { SecretString?: string };
  try {
    const input = { SecretId: secretId };
    answer = (await invoke('secretsmanager', 'GetSecretValue', input, region)) as typeof answer;
  } catch (error) {
    if (error instanceof Unreachable) throw secretUnreachable(secretId);
    const call = { service: 'Secrets Manager', operation: 'GetSecretValue', region } as const;
    const text = callError(call, error);
    throw secretFailure(`asm fetching secret from the service for ${secretId}: ${text}`, ec2);
  }
  const fault = credentialsFault(answer.SecretString ?? '');
  if (fault !== undefined) throw secretFailure(`asm fetching ${fault}`, ec2);
}
