/** An image in a private registry of ECR. */
export interface EcrImage {
  account: string;
  region: string;
  /** The domain after the region, e.g. `amazonaws.com`. */
  domain: string;
  repository: string;
  /** How the repository finds it; a digest has precedence over a tag, as for Docker. */
  id: EcrImageId;
}

/** A tag or a digest (`sha256:…`). */
export type EcrImageId = { tag: string } | { digest: string };

/** Reads the name of an image in ECR; undefined for one of another registry. */
export function ecrImage(image: string): EcrImage | undefined {
  const [, account = '', region = '', domain = '', repository = '', tag, digest] =
    pattern.exec(image) ?? [];
  if (account === '') return undefined;
  const id = digest === undefined ? { tag: tag ?? 'latest' } : { digest };
  return { account, region, domain, repository, id };
}

// --- internal ---

/** Registries of both kinds of addresses, FIPS included (ECR user guide, "Private registry"). */
const pattern =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.([^/]+)\/([^:@]+)(?::([^@]+))?(?:@(.+))?/;
