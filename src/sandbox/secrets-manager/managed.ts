import { ServiceError } from '../service.ts';
import type { Rotation, Secret } from './state.ts';

/** What another service gives a secret that it manages. */
export interface Management {
  owningService: string | undefined;
  tags: readonly (readonly [key: string, value: string])[];
  rotation: Rotation | undefined;
}

/**
 * How a secret of that name is managed. There is no RDS in the sandbox to create one: whoever uses
 * its names, `rds!…`, plays it. Tags and rotation are as github.com/floci-io/floci/pull/2378 saw them.
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
 * Throws InvalidRequestException for a secret that another service manages. The sentence is the
 * model's explanation of that error; how AWS words it is not known.
 */
export function refuseManaged({ owningService }: Secret): void {
  if (owningService === undefined) return;
  throw new ServiceError(
    'InvalidRequestException',
    'The secret is managed by another service, and you must use that service to update it.',
  );
}
