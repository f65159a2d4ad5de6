import {
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCommand,
  ECRClient,
  PutImageCommand,
} from '@aws-sdk/client-ecr';
import {
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  type CreateTargetGroupCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { RunningSandbox } from '../../src/sandbox/index.ts';

/** The registry in ECR and the target groups of a sandbox, in a region. */
export interface Images {
  ecr: ECRClient;
  /** Pushes an image, and makes its repository if needed: with its platforms an index. */
  push: (repository: string, tag: string, ...platforms: string[]) => Promise<string>;
  pullThrough: (prefix: string) => Promise<void>;
  /** Makes a target group; answers its ARN. */
  targetGroup: (name: string, more?: Partial<CreateTargetGroupCommandInput>) => Promise<string>;
}

/** What a test puts into ECR and Elastic Load Balancing. */
export function imagesOf({ url }: RunningSandbox, region = 'us-east-1'): Images {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: url, region, credentials, maxAttempts: 1 };
  const [ecr, balancing] = [new ECRClient(config), new ElasticLoadBalancingV2Client(config)];
  const made = new Set<string>();
  return {
    ecr,
    async push(repositoryName, imageTag, ...platforms) {
      if (!made.has(repositoryName)) {
        made.add(repositoryName);
        await ecr.send(new CreateRepositoryCommand({ repositoryName }));
      }
      const manifest =
        platforms.length === 0
          ? { mediaType: 'application/vnd.oci.image.manifest.v1+json', of: imageTag }
          : { mediaType: 'application/vnd.oci.image.index.v1+json', manifests: listed(platforms) };
      const imageManifest = JSON.stringify({ schemaVersion: 2, ...manifest });
      const input = { repositoryName, imageTag, imageManifest };
      const { image } = await ecr.send(new PutImageCommand(input));
      return image?.imageId?.imageDigest ?? '';
    },
    async pullThrough(ecrRepositoryPrefix) {
      const upstreamRegistryUrl = 'registry-1.docker.io';
      await ecr.send(
        new CreatePullThroughCacheRuleCommand({ ecrRepositoryPrefix, upstreamRegistryUrl }),
      );
    },
    async targetGroup(Name, more = {}) {
      const input = { Name, Protocol: 'HTTP' as const, Port: 80, VpcId: 'vpc-1', ...more };
      const { TargetGroups } = await balancing.send(new CreateTargetGroupCommand(input));
      return TargetGroups?.[0]?.TargetGroupArn ?? '';
    },
  };
}

// --- internal ---

/** The entries of an index, with an attestation as BuildKit adds it. */
function listed(platforms: readonly string[]): object[] {
  return [...platforms, 'unknown/unknown'].map((one) => {
    const [os, architecture] = one.split('/');
    return { digest: `sha256:${'0'.repeat(64)}`, size: 1, platform: { os, architecture } };
  });
}
