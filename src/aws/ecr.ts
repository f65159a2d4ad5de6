import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  ECRClient,
  paginateDescribePullThroughCacheRules,
  type ImageIdentifier,
} from '@aws-sdk/client-ecr';
import { isAwsError } from '../errors.ts';
import { batches } from '../model/batches.ts';
import type { EcrImageId } from '../model/definitions/ecr-image.ts';
import type { ImageManifest } from '../model/definitions/image-platforms.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';

/** A repository of ECR in the region of its gateway. */
export interface EcrRepository {
  /** The account of its registry. */
  account: string;
  name: string;
}

/** Images in the order of the question; undefined for those that do not exist. */
export type FoundImages = (ImageManifest | undefined)[];

/** The ECR calls that this tool makes. All are reads. */
export interface Ecr {
  /**
   * Which of these images exist; undefined if the repository does not. Makes one call for each 100
   * images, and another for each image of a call in which one is missing. It is not a pull:
   * BatchGetImage is one, and updates `lastRecordedPullTime`, which lifecycle policies use
   * (aws/containers-roadmap#2390; ECR user guide, "Pull-time update exclusions").
   */
  images(repository: EcrRepository, ids: readonly EcrImageId[]): Promise<FoundImages | undefined>;
  /**
   * The same with the texts of their manifests, 100 in a call. ECR records this as a pull of each
   * image.
   */
  pullManifests(
    repository: EcrRepository,
    ids: readonly EcrImageId[],
  ): Promise<FoundImages | undefined>;
  /** The prefixes of repositories that ECR creates on a pull (`ROOT`: all). */
  pullThroughPrefixes(account: string): Promise<string[]>;
}

/** Creates the ECR gateway for a region. */
export function createEcr(config: AwsConfig, region?: string): Ecr {
  const client = supervised(new ECRClient(clientSettings(config, 'ecr', region)), 'ecr', config);

  /** Throws ImageNotFoundException if one is missing. */
  async function describe(
    { account, name }: EcrRepository,
    ids: readonly EcrImageId[],
  ): Promise<FoundImages> {
    const imageIds = ids.map(identifier);
    const { imageDetails = [] } = await client.send(
      new DescribeImagesCommand({ registryId: account, repositoryName: name, imageIds }),
    );
    return ids.map((id) => {
      const found = imageDetails.find(({ imageDigest, imageTags = [] }) =>
        'tag' in id ? imageTags.includes(id.tag) : imageDigest === id.digest,
      );
      // An archived image, which cannot be pulled, is not in the answer.
      return found && { mediaType: found.imageManifestMediaType, text: undefined };
    });
  }

  async function describeEach(
    repository: EcrRepository,
    ids: readonly EcrImageId[],
  ): Promise<FoundImages> {
    try {
      return await describe(repository, ids);
    } catch (error) {
      if (!isAwsError(error, 'ImageNotFoundException')) throw error;
      if (ids.length === 1) return [undefined];
      return (await Promise.all(ids.map((id) => describeEach(repository, [id])))).flat();
    }
  }

  async function pull(
    { account, name }: EcrRepository,
    ids: readonly EcrImageId[],
  ): Promise<FoundImages> {
    const imageIds = ids.map(identifier);
    const query = { registryId: account, repositoryName: name, imageIds, acceptedMediaTypes };
    const { images = [] } = await client.send(new BatchGetImageCommand(query));
    return ids.map((id) => {
      const image = images.find(({ imageId }) =>
        'tag' in id ? imageId?.imageTag === id.tag : imageId?.imageDigest === id.digest,
      );
      return image && { mediaType: image.imageManifestMediaType, text: image.imageManifest };
    });
  }

  return {
    images: (repository, ids) =>
      unlessNoRepository(batches(ids, mostImages).map((some) => describeEach(repository, some))),
    pullManifests: (repository, ids) =>
      unlessNoRepository(batches(ids, mostImages).map((some) => pull(repository, some))),

    async pullThroughPrefixes(account) {
      const found: string[] = [];
      const pages = paginateDescribePullThroughCacheRules({ client }, { registryId: account });
      for await (const { pullThroughCacheRules = [] } of pages) {
        found.push(...pullThroughCacheRules.flatMap((rule) => rule.ecrRepositoryPrefix ?? []));
      }
      return found;
    },
  };
}

// --- internal ---

/** Maximum number of images in one call (API reference). */
const mostImages = 100;

/** Those that containerd accepts for a pull. */
const acceptedMediaTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

async function unlessNoRepository(
  calls: readonly Promise<FoundImages>[],
): Promise<FoundImages | undefined> {
  try {
    return (await Promise.all(calls)).flat();
  } catch (error) {
    if (isAwsError(error, 'RepositoryNotFoundException')) return undefined;
    throw error;
  }
}

function identifier(id: EcrImageId): ImageIdentifier {
  return 'tag' in id ? { imageTag: id.tag } : { imageDigest: id.digest };
}
