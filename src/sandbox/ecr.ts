import type { GuardedService } from './access.ts';

/** As much of ECR as a task asks for before it pulls an image. */
export function createEcr(): GuardedService {
  return {
    name: 'ecr',
    operations: {
      GetAuthorizationToken: () => ({ authorizationData: [] }),
    },
  };
}
