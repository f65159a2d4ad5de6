import { owner, type Call } from '../../service.ts';
import type { Task, World } from '../state.ts';
import { imageFailure } from './start-failures.ts';

/**
 * Images are not pulled here, but those in ECR of this account have to exist. Throws StartFailure for
 * the first one that does not.
 */
export async function findImages({ environment }: World, task: Task, ec2: boolean): Promise<void> {
  for (const { name, image } of task.definition.registration.containerDefinitions) {
    const [, account, region = '', repositoryName = '', imageTag = 'latest', imageDigest] =
      inEcr.exec(image) ?? [];
    if (account !== environment.account) continue;
    const imageIds = [imageDigest === undefined ? { imageTag } : { imageDigest }];
    const call: Call = { principal: owner, region };
    const question = { repositoryName, imageIds };
    const found = await environment.invoke('ecr', 'HasImages', question, call);
    if (found !== true) throw imageFailure(name, image, ec2);
  }
}

// --- internal ---

const inEcr = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/;
