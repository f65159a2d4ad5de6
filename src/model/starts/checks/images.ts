import { ecrImage } from '../../definitions/ecr-image.ts';
import type { ImagePlatform } from '../../definitions/image-platforms.ts';
import type { Draft, ImageFact, StartFacts } from './facts.ts';
import { isWindows } from './platform.ts';

/**
 * Checks that the images exist and are built for the platform of the tasks. What an image expects of
 * its environment (`ENV`) is not checked.
 */
export function checkImages(facts: StartFacts): Draft[] {
  return facts.images.map((one) => judged(one, facts));
}

// --- internal ---

function judged({ container, image, found }: ImageFact, facts: StartFacts): Draft {
  const about = { check: 'image' as const, subject: `image of ${container}`, fix: [] };
  const open = (message: string): Draft => ({ ...about, status: 'not-checked', message });
  const wrong = (message: string): Draft => ({
    ...{ ...about, status: 'problem', message },
    failure: 'image-not-pulled',
  });
  switch (found.state) {
    case 'elsewhere':
      // By its own name, so that images are reported in one line.
      return {
        ...open('not in ECR; verify --read-images checks whether it exists'),
        subject: image,
      };
    case 'private':
      return open(`whether ${image} exists: ${found.host} does not say so without credentials`);
    case 'unseen':
      return open(`whether ${image} exists: ${found.why}`);
    case 'pulled-through':
      return open(
        `${image} is not in ECR yet; the pull-through cache rule ${found.prefix} gets it at the first pull`,
      );
    case 'missing': {
      const message = missing(image, found.what);
      if (found.pullThroughUnseen === undefined) return wrong(message);
      return open(
        `${message}; whether a pull-through cache rule gets it is unknown: ${found.pullThroughUnseen}`,
      );
    }
    case 'found': {
      const { platforms } = found;
      const ok = (message: string): Draft => ({ ...about, status: 'ok', message });
      if (platforms === 'elsewhere') return ok(`${image} exists`);
      if (platforms === 'one') {
        return ok(`${image} exists; a single image does not say for which platform it is built`);
      }
      if (platforms === 'not-read') {
        return ok(`${image} exists; verify --read-images checks its platforms`);
      }
      const wanted = wantedPlatform(facts);
      const unfit = wanted && !platforms.some((one) => fits(one, wanted));
      if (unfit)
        return wrong(`${image} is not built for ${shown(wanted)}, only for ${list(platforms)}`);
      return ok(`${image} exists for ${list(platforms)}`);
    }
  }
}

function missing(image: string, what: 'repository' | 'image' | 'elsewhere'): string {
  if (what === 'elsewhere') return `${image} does not exist in its registry`;
  const { account, region, repository, id } = ecrImage(image) ?? {};
  const where = `in ECR of account ${account ?? ''} in ${region ?? ''}`;
  if (what === 'repository') return `there is no repository ${repository ?? ''} ${where}`;
  const named = id && 'tag' in id ? `tag ${id.tag}` : `digest ${id?.digest ?? ''}`;
  // An archived image cannot be pulled either (ECR user guide, "Archiving an image").
  return `the repository ${repository ?? ''} ${where} has no image with the ${named}, or it is archived`;
}

/** An unset architecture is X86_64 on Fargate, and that of the instances elsewhere (ECS guide). */
function wantedPlatform({ definition, placement }: StartFacts): Partial<ImagePlatform> | undefined {
  const { cpuArchitecture } = (definition.runtimePlatform ?? {}) as Record<string, unknown>;
  const onFargate = placement.launchTypes.includes('FARGATE');
  const windows = isWindows(definition, placement) ?? (onFargate ? false : undefined);
  const architecture = architectures.get(
    typeof cpuArchitecture === 'string' ? cpuArchitecture : onFargate ? 'X86_64' : '',
  );
  return {
    ...(architecture !== undefined && { architecture }),
    ...(windows !== undefined && { os: windows ? 'windows' : 'linux' }),
  };
}

/** OCI's words for those of ECS. */
const architectures: ReadonlyMap<string, string> = new Map([
  ['X86_64', 'amd64'],
  ['ARM64', 'arm64'],
]);

function fits({ os, architecture }: ImagePlatform, wanted: Partial<ImagePlatform>): boolean {
  return (wanted.os ?? os) === os && (wanted.architecture ?? architecture) === architecture;
}

function shown({ os, architecture }: Partial<ImagePlatform>): string {
  return [os, architecture].filter(Boolean).join('/');
}

const list = (platforms: readonly ImagePlatform[]): string =>
  [...new Set(platforms.map(shown))].join(', ') || 'no platform';
