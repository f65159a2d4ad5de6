import { randomUUID } from 'node:crypto';
import { parseArn } from '../../model/secrets/partition.ts';
import { callerArn } from '../access.ts';
import { ServiceError, type Call, type Service } from '../service.ts';
import type { SecretsWorld } from './state.ts';

/**
 * A secret of another account. Roles of the sandbox may read it if their own policies allow it; any
 * other operation on it is denied.
 */
export interface ForeignSecret {
  /** Full ARN, with the ID of another account. */
  arn: string;
  value: string;
}

/** Adds a secret of another account, or stores a new value in it. Throws for an invalid ARN. */
export function putForeign(world: SecretsWorld, { arn, value }: ForeignSecret): void {
  const parsed = parseArn(arn);
  const isFull = /^secret:.+-[A-Za-z0-9]{6}$/.test(parsed?.resource ?? '');
  if (!isFull || !parsed || !isForeign(world, parsed.region, arn)) {
    throw new Error(`"${arn}" is not the full ARN of a secret of another account`);
  }
  const created = new Date(world.environment.now());
  world.foreign.set(arn, { id: randomUUID(), value, created });
}

/** Denies requests about secrets of other accounts, except reading their values. */
export function refuseForeign(
  world: SecretsWorld,
  operations: Service['operations'],
): Service['operations'] {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      (input: { SecretId?: unknown }, call: Call) => {
        const { SecretId: id } = input;
        if (
          name !== 'GetSecretValue' &&
          typeof id === 'string' &&
          isForeign(world, call.region, id)
        ) {
          throw denied(world, call, name, id);
        }
        return operation(input as never, call);
      },
    ]),
  );
}

/**
 * The response of GetSecretValue for a secret of another account; undefined for one of this
 * account. Throws AccessDeniedException for callers other than roles, and
 * ResourceNotFoundException.
 */
export function readForeign(
  world: SecretsWorld,
  call: Call,
  asked: { SecretId: string; VersionId?: string | undefined; VersionStage?: string | undefined },
): object | undefined {
  const { SecretId: arn, VersionId: id, VersionStage: stage = 'AWSCURRENT' } = asked;
  if (!isForeign(world, call.region, arn)) return undefined;
  const version = world.foreign.get(arn);
  if (!version || call.principal.kind === 'owner') throw denied(world, call, 'GetSecretValue', arn);
  if (stage !== 'AWSCURRENT' || (id ?? version.id) !== version.id) {
    throw new ServiceError(
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret value for " +
        (id === undefined ? `staging label: ${stage}` : `VersionId: ${id}`),
    );
  }
  return {
    ARN: arn,
    Name: arn.split(':secret:')[1]?.slice(0, -'-xxxxxx'.length),
    VersionId: version.id,
    SecretString: version.value,
    VersionStages: ['AWSCURRENT'],
    CreatedDate: version.created,
  };
}

// --- internal ---

function isForeign({ environment }: SecretsWorld, region: string, id: string): boolean {
  const arn = id.startsWith('arn:') ? parseArn(id) : undefined;
  return (
    arn?.service === 'secretsmanager' &&
    arn.region === region &&
    arn.partition === environment.partition &&
    arn.account !== environment.account
  );
}

/** AWS's text (github.com/aws/secrets-store-csi-driver-provider-aws/issues/403). */
function denied(world: SecretsWorld, call: Call, operation: string, arn: string): ServiceError {
  const action = `secretsmanager:${operation}`;
  return new ServiceError(
    'AccessDeniedException',
    `User: ${callerArn(world.environment, call)} is not authorized to perform: ${action} on resource: ` +
      `${arn} because no resource-based policy allows the ${action} action`,
  );
}
