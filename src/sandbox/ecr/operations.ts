import { integer, list, operation, optional, structure, text } from '../protocol/input.ts';
import { page, sortBy } from '../protocol/page.ts';
import { ServiceError, type Operation } from '../service.ts';
import {
  digestOf,
  imageOf,
  repositoryArn,
  repositoryOf,
  type EcrWorld,
  type Image,
  type Repository,
} from './store.ts';

/** The operations on repositories and images. */
export function ecrOperations(world: EcrWorld): Record<string, Operation> {
  const { environment, region: registryOf } = world;
  return {
    GetAuthorizationToken: () => ({ authorizationData: [] }),

    CreateRepository: operation({ repositoryName: name }, (input, { region }) => {
      const { repositoryName } = input;
      const { repositories } = registryOf(region);
      if (repositories.has(repositoryName)) {
        throw new ServiceError(
          'RepositoryAlreadyExistsException',
          `The repository with name '${repositoryName}' already exists in the registry with id '${environment.account}'`,
        );
      }
      const repository: Repository = {
        name: repositoryName,
        arn: repositoryArn(environment, region, repositoryName),
        createdAt: environment.now(),
        images: new Map(),
      };
      repositories.set(repositoryName, repository);
      return { repository: view(repository) };
    }),

    DescribeRepositories: operation(
      {
        registryId,
        repositoryNames: optional(list(name, 1, 100)),
        nextToken: optional(text()),
        maxResults: optional(integer(1, 1000)),
      },
      (input, { region }) => {
        const { repositoryNames, maxResults = 100 } = input;
        const all = registryOf(region).repositories;
        const named = repositoryNames?.map((one) =>
          existing(repositoryOf(world, region, one, input.registryId)),
        );
        const sorted = sortBy(named ?? all.values(), (one) => one.name);
        const found = page(sorted, (one) => one.name, input.nextToken, maxResults);
        if (!found) throw new ServiceError('InvalidParameterException', 'Invalid nextToken.');
        return { repositories: found.items.map(view), nextToken: found.next };
      },
    ),

    PutImage: operation(
      {
        registryId,
        repositoryName: name,
        imageManifest: text(1, 4_194_304),
        imageManifestMediaType: optional(text()),
        imageTag: optional(text(1, 300)),
      },
      (input, { region }) => {
        const repository = existing(
          repositoryOf(world, region, input.repositoryName, input.registryId),
        );
        const { imageManifest: manifest, imageTag: tag } = input;
        const digest = digestOf(manifest);
        const image: Image = repository.images.get(digest) ?? {
          digest,
          manifest,
          mediaType: input.imageManifestMediaType ?? mediaTypeIn(manifest),
          tags: new Set(),
          pushedAt: environment.now(),
        };
        repository.images.set(digest, image);
        if (tag !== undefined) {
          for (const other of repository.images.values()) other.tags.delete(tag);
          image.tags.add(tag);
        }
        return { image: manifestView(repository.name, image, tag) };
      },
    ),

    DescribeImages: operation(
      { registryId, repositoryName: name, imageIds: optional(list(imageId, 1, 100)) },
      (input, { region }) => {
        const { repositoryName } = input;
        const repository = repositoryOf(world, region, repositoryName, input.registryId);
        const all = repository === 'any' ? [] : [...repository.images.values()];
        const found = input.imageIds?.map((id) => {
          const image = imageOf(repository, id);
          if (image) return image;
          const { imageDigest = 'null', imageTag = 'null' } = id;
          throw new ServiceError(
            'ImageNotFoundException',
            `The image with imageId {imageDigest:'${imageDigest}', imageTag:'${imageTag}'} does not exist within the repository with name '${repositoryName}' in the registry with id '${environment.account}'`,
          );
        });
        return {
          imageDetails: [...new Set(found ?? all)].map((one) => detail(repositoryName, one)),
        };
      },
    ),

    BatchGetImage: operation(
      {
        registryId,
        repositoryName: name,
        imageIds: list(imageId, 1, 100),
        acceptedMediaTypes: optional(list(text(), 1, 100)),
      },
      (input, { region }) => {
        const { repositoryName } = input;
        const repository = repositoryOf(world, region, repositoryName, input.registryId);
        const asked = input.imageIds.map((id) => ({ id, image: imageOf(repository, id) }));
        for (const { image } of asked) if (image) image.pulledAt = environment.now();
        return {
          images: asked.flatMap(({ id, image }) =>
            image ? [manifestView(repositoryName, image, id.imageTag)] : [],
          ),
          failures: asked.flatMap(({ id, image }) =>
            image
              ? []
              : [
                  {
                    imageId: id,
                    failureCode: 'ImageNotFound',
                    failureReason: 'Requested image not found',
                  },
                ],
          ),
        };
      },
    ),

    CreatePullThroughCacheRule: operation(
      { registryId, ecrRepositoryPrefix: text(2, 30), upstreamRegistryUrl: text() },
      ({ ecrRepositoryPrefix, upstreamRegistryUrl }, { region }) => {
        registryOf(region).pullThrough.set(ecrRepositoryPrefix, upstreamRegistryUrl);
        return { ecrRepositoryPrefix, upstreamRegistryUrl, registryId: environment.account };
      },
    ),

    DescribePullThroughCacheRules: operation({ registryId }, (_, { region }) => ({
      pullThroughCacheRules: [...registryOf(region).pullThrough].map(
        ([ecrRepositoryPrefix, upstreamRegistryUrl]) => ({
          ecrRepositoryPrefix,
          upstreamRegistryUrl,
          registryId: environment.account,
        }),
      ),
    })),
  };

  function view({ name: repositoryName, arn, createdAt }: Repository): object {
    return {
      repositoryArn: arn,
      registryId: environment.account,
      repositoryName,
      createdAt: new Date(createdAt),
    };
  }

  function detail(repositoryName: string, image: Image): object {
    return {
      registryId: environment.account,
      repositoryName,
      imageDigest: image.digest,
      imageTags: [...image.tags],
      imagePushedAt: new Date(image.pushedAt),
      imageManifestMediaType: image.mediaType,
      ...(image.pulledAt !== undefined && { lastRecordedPullTime: new Date(image.pulledAt) }),
    };
  }

  function manifestView(
    repositoryName: string,
    image: Image,
    imageTag: string | undefined,
  ): object {
    return {
      registryId: environment.account,
      repositoryName,
      imageId: { imageDigest: image.digest, imageTag },
      imageManifest: image.manifest,
      imageManifestMediaType: image.mediaType,
    };
  }
}

// --- internal ---

const name = text(
  2,
  256,
  /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/,
);
const registryId = optional(text(12, 12, /^\d{12}$/));
const imageId = structure({ imageDigest: optional(text()), imageTag: optional(text(1, 300)) });

/** Only the operations that name images pretend to have every repository. */
function existing(repository: Repository | 'any'): Repository {
  if (repository !== 'any') return repository;
  throw new ServiceError(
    'RepositoryNotFoundException',
    'The repository does not exist in the registry',
  );
}

function mediaTypeIn(manifest: string): string | undefined {
  try {
    const { mediaType } = JSON.parse(manifest) as { mediaType?: unknown };
    return typeof mediaType === 'string' ? mediaType : undefined;
  } catch {
    throw new ServiceError(
      'InvalidParameterException',
      "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
    );
  }
}
