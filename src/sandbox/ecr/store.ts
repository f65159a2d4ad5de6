import { createHash } from 'node:crypto';
import { byRegion } from '../by-region.ts';
import { ServiceError, type Environment } from '../service.ts';

/** An image in a repository. */
export interface Image {
  digest: string;
  manifest: string;
  mediaType: string | undefined;
  tags: Set<string>;
  /** Milliseconds since the epoch. */
  pushedAt: number;
  pulledAt?: number;
}

/** A repository with its images by digest. */
export interface Repository {
  name: string;
  arn: string;
  createdAt: number;
  images: Map<string, Image>;
}

/** The registry of the account in a region. */
export interface Registry {
  repositories: Map<string, Repository>;
  /** Upstream registries by the prefix of the repositories that are made on a pull. */
  pullThrough: Map<string, string>;
}

/** The parts shared by the operations of ECR. */
export interface EcrWorld {
  environment: Environment;
  region: (name: string) => Registry;
}

/** An image as requests name it. */
export interface ImageId {
  imageTag?: string | undefined;
  imageDigest?: string | undefined;
}

/** Creates an account without repositories. */
export function createEcrWorld(environment: Environment): EcrWorld {
  return {
    environment,
    region: byRegion((): Registry => ({ repositories: new Map(), pullThrough: new Map() })),
  };
}

/** ARN of a repository. */
export function repositoryArn(
  { account, partition }: Environment,
  region: string,
  name: string,
): string {
  return `arn:${partition}:ecr:${region}:${account}:repository/${name}`;
}

/**
 * Finds a repository. A registry in which none was created has every repository, with every image:
 * nobody can push to the sandbox as Docker does. Throws RepositoryNotFoundException.
 */
export function repositoryOf(
  { environment, region: registryOf }: EcrWorld,
  region: string,
  name: string,
  registryId = environment.account,
): Repository | 'any' {
  const { repositories } = registryOf(region);
  const found = repositories.get(name);
  const own = registryId === environment.account;
  if (found && own) return found;
  if (own && repositories.size === 0) return 'any';
  throw new ServiceError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${registryId}'`,
  );
}

/** Finds an image; one of a repository that has every image is made up. */
export function imageOf(
  repository: Repository | 'any',
  { imageTag: tag, imageDigest: digest }: ImageId,
): Image | undefined {
  if (repository === 'any') return anyImage(tag, digest);
  if (digest !== undefined) return repository.images.get(digest);
  return [...repository.images.values()].find(({ tags }) => tags.has(tag ?? ''));
}

/** Whether a task finds these images; a pull-through cache rule gets what is not there. */
export function hasImages(
  world: EcrWorld,
  region: string,
  name: string,
  ids: readonly ImageId[],
): boolean {
  const { repositories, pullThrough } = world.region(region);
  const repository = repositories.size === 0 ? 'any' : repositories.get(name);
  const prefixes = [...pullThrough.keys()];
  if (prefixes.some((one) => one === 'ROOT' || name.startsWith(`${one}/`))) return true;
  return repository !== undefined && ids.every((id) => imageOf(repository, id));
}

/** The digest of a manifest. */
export function digestOf(manifest: string): string {
  return `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
}

// --- internal ---

function anyImage(tag: string | undefined, digest: string | undefined): Image {
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: single, layers: [] });
  return {
    digest: digest ?? digestOf(tag ?? ''),
    manifest,
    mediaType: single,
    tags: new Set(tag === undefined ? [] : [tag]),
    pushedAt: 0,
  };
}

const single = 'application/vnd.docker.distribution.manifest.v2+json';
