import type { GuardedService } from '../access.ts';
import { textOf } from '../condition-keys.ts';
import type { Environment } from '../service.ts';
import { ecrOperations } from './operations.ts';
import { createEcrWorld, hasImages, repositoryArn, type ImageId } from './store.ts';

/** Creates an ECR that stores repositories and manifests, without layers. */
export function createEcr(environment: Environment): GuardedService {
  const world = createEcrWorld(environment);
  return {
    name: 'ecr',
    // The authorization reference of ECR: what names a repository acts on it.
    attempts(_, { repositoryName, registryId = environment.account }, { region }) {
      const repository = textOf(repositoryName);
      if (repository === '') return [{ resource: '*' }];
      const account = textOf(registryId);
      return [{ resource: repositoryArn({ ...environment, account }, region, repository) }];
    },
    operations: ecrOperations(world),
    internal: {
      HasImages: ({ repositoryName, imageIds }: Asked, { region }) =>
        hasImages(world, region, repositoryName, imageIds),
    },
  };
}

// --- internal ---

/** What ECS asks for a task. */
interface Asked {
  repositoryName: string;
  imageIds: ImageId[];
}
