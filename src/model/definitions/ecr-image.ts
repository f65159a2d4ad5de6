/** An image in a private registry of ECR. */
export interface EcrImage {
  account: string;
  region: string;
  /** The domain after the region, e.g. `amazonaws.com`. */
  domain: string;
  repository: string;
}

/** Reads the name of an image in ECR; undefined for one of another registry. */
export function ecrImage(image: string): EcrImage | undefined {
  const [, account = '', region = '', domain = '', repository = ''] = pattern.exec(image) ?? [];
  return account === '' ? undefined : { account, region, domain, repository };
}

// --- internal ---

/** Registries of both kinds of addresses, FIPS included (ECR user guide, "Private registry"). */
const pattern = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.([^/]+)\/([^:@]+)/;
