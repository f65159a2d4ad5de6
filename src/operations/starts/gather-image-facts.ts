import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import type { Ecr, EcrRepository } from '../../aws/ecr.ts';
import { CliError } from '../../errors.ts';
import { ecrImage, type EcrImage } from '../../model/definitions/ecr-image.ts';
import { isImageIndex, platformsOf } from '../../model/definitions/image-platforms.ts';
import { registryImage } from '../../model/definitions/registry-image.ts';
import { distinctBy } from '../../model/distinct-by.ts';
import { placeholderPlaces } from '../../model/definitions/placeholders.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import type { ImageFact } from '../../model/starts/checks/facts.ts';
import { whyUnseen } from '../if-allowed.ts';

/** How images are looked up. */
export interface ImageOptions {
  /** Read their manifests, which ECR records as a pull, and ask other registries. */
  readImages?: boolean | undefined;
}

/**
 * The images of each task definition: one lookup in ECR for each repository that they name, and
 * none in other registries without `readImages`.
 */
export async function gatherImageFacts(
  aws: Aws,
  definitions: readonly TaskDefinition[],
  options: ImageOptions,
): Promise<ImageFact[][]> {
  const wanted = definitions.map(imagesOf);
  const repositories = new Map<string, Map<string, EcrImage>>();
  for (const { image } of wanted.flat()) {
    const read = ecrImage(image);
    if (!read) continue;
    const { account, region, domain, repository } = read;
    const key = [account, region, domain, repository].join(' ');
    repositories.set(key, (repositories.get(key) ?? new Map<string, EcrImage>()).set(image, read));
  }
  const lookups = [...repositories.values()].map((images) => inRepository(aws, images, options));
  const others = options.readImages ? wanted.flat().filter(({ image }) => !ecrImage(image)) : [];
  const asked = pMap(
    distinctBy(others, ({ image }) => image),
    async (one) => [one.image, await inRegistry(aws, one)] as const,
    { concurrency: 8 },
  );
  // Together, so that neither fails unnoticed while the other is awaited.
  const [inEcr, elsewhere] = await Promise.all([Promise.all(lookups), asked]);
  const found = new Map([...inEcr.flat(), ...elsewhere]);
  return wanted.map((images) =>
    images.map(({ container, image }) => ({
      container,
      image,
      found: found.get(image) ?? { state: 'elsewhere' },
    })),
  );
}

// --- internal ---

type Found = ImageFact['found'];

/** An image as a container names it. */
interface Named {
  container: string;
  image: string;
  /** Whether the registry is to be asked with credentials, which this tool does not do. */
  needsCredentials: boolean;
}

/** Placeholders are reported with the form of the task definition. */
function imagesOf(definition: TaskDefinition): Named[] {
  const held = placeholderPlaces(definition);
  return definition.containerDefinitions.flatMap((one, index): Named[] => {
    const { name: container, image, repositoryCredentials } = one;
    if (!image || held.has(`containerDefinitions[${index}].image`)) return [];
    return [{ container, image, needsCredentials: Boolean(repositoryCredentials) }];
  });
}

/** An image in another registry than ECR. */
async function inRegistry(aws: Aws, { image, needsCredentials }: Named): Promise<Found> {
  const read = registryImage(image);
  if (!read) return { state: 'unseen', why: 'its name cannot be read' };
  const { host } = read;
  if (needsCredentials) return { state: 'private', host };
  try {
    const answer = await (await aws.registries()).has(read);
    if (answer === 'denied') return { state: 'private', host };
    return answer === 'found'
      ? { state: 'found', platforms: 'elsewhere' }
      : { state: 'missing', what: 'elsewhere' };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { state: 'unseen', why: whyUnseen(error) };
  }
}

/** All images are of one repository. */
async function inRepository(
  aws: Aws,
  images: ReadonlyMap<string, EcrImage>,
  { readImages = false }: ImageOptions,
): Promise<(readonly [image: string, Found])[]> {
  const names = [...images.keys()];
  const [{ account, region, repository: name } = noImage] = images.values();
  const repository: EcrRepository = { account, name };
  const ids = [...images.values()].map(({ id }) => id);
  try {
    const ecr = await aws.ecr(region);
    const found = readImages
      ? await ecr.pullManifests(repository, ids)
      : await ecr.images(repository, ids);
    if (!found) {
      const missing = await whenMissing(ecr, repository, 'repository');
      return names.map((image) => [image, missing]);
    }
    const missing = found.includes(undefined)
      ? await whenMissing(ecr, repository, 'image')
      : undefined;
    return names.map((image, index) => {
      const one = found[index];
      if (!one) return [image, missing ?? { state: 'missing', what: 'image' }];
      const unread =
        isImageIndex(one.mediaType) || one.mediaType === undefined ? 'not-read' : 'one';
      return [image, { state: 'found', platforms: platformsOf(one) ?? unread }];
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const unseen: Found = { state: 'unseen', why: whyUnseen(error) };
    return names.map((image) => [image, unseen]);
  }
}

const noImage = { account: '', region: '', repository: '' };

/**
 * A rule for a pull-through cache has ECR get the image, and make the repository, at the first pull
 * (ECR user guide, "Sync an upstream registry").
 */
async function whenMissing(
  ecr: Ecr,
  { account, name }: EcrRepository,
  what: 'repository' | 'image',
): Promise<Found> {
  try {
    const prefixes = await ecr.pullThroughPrefixes(account);
    const prefix = prefixes.find((one) => one === 'ROOT' || name.startsWith(`${one}/`));
    return prefix === undefined ? { state: 'missing', what } : { state: 'pulled-through', prefix };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { state: 'missing', what, pullThroughUnseen: whyUnseen(error) };
  }
}
