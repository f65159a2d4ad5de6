import type { GuardedService } from './access.ts';

/** The part of ECR that a task calls before it pulls an image. */
export function createEcr(): GuardedService {
  return {
    name: 'ecr',
    operations: {
      GetAuthorizationToken: () => ({ authorizationData: [] }),
    },
  };
}
