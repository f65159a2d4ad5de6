import { ServiceError } from '../service.ts';
import type { Rotation, Secret } from './state.ts';

/** The attributes that another service sets on a secret that it manages. */
export interface Management {
  owningService: string | undefined;
  tags: readonly (readonly [key: string, value: string])[];
  rotation: Rotation | undefined;
}

/**
 * How a secret with that name is managed. The sandbox has no RDS to create one: a caller that uses
 * its names, `rds!…`, simulates it. Tags and rotation are as observed in
 * github.com/floci-io/floci/pull/2378.
 */
export function managementOf(name: string): Management {
  if (!name.startsWith('rds!')) return { owningService: undefined, tags: [], rotation: undefined };
  return {
    owningService: 'rds',
    tags: [['aws:secretsmanager:owningService', 'rds']],
    rotation: {
      enabled: true,
      lambdaArn: undefined,
      rules: { AutomaticallyAfterDays: 7 },
      last: undefined,
      running: undefined,
    },
  };
}

/**
 * Throws InvalidRequestException for a secret that another service manages. The message is the
 * model's explanation of that error; AWS's actual wording is unknown.
 */
export function refuseManaged({ owningService }: Secret): void {
  if (owningService === undefined) return;
  throw new ServiceError(
    'InvalidRequestException',
    'The secret is managed by another service, and you must use that service to update it.',
  );
}
