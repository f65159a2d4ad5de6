/**
 * DNS suffixes of the partitions with a suffix other than `amazonaws.com` (botocore
 * partitions.json).
 */
const dnsSuffixes: Readonly<Record<string, string>> = {
  'aws-cn': 'amazonaws.com.cn',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
  'aws-eusc': 'amazonaws.eu',
};

/** Domain of a partition's service endpoints, e.g. `amazonaws.com.cn`. */
export function dnsSuffix(partition: string): string {
  return dnsSuffixes[partition] ?? 'amazonaws.com';
}

/** The partition of a region, by its name (botocore partitions.json). */
export function partitionOfRegion(region: string): string {
  const area = /^(cn|eusc|us-gov|us-iso[bf]?|eu-isoe)-/.exec(region)?.[1] ?? '';
  const iso = /^(?:us|eu)-iso(.?)$/.exec(area)?.[1];
  if (iso !== undefined) return iso === '' ? 'aws-iso' : `aws-iso-${iso}`;
  return area === '' ? 'aws' : `aws-${area}`;
}

/** The location in an ARN: partition, region and account. */
export interface Scope {
  partition: string;
  region: string;
  /** 12 digits. */
  account: string;
}

/** An ARN split at its colons; `resource` contains everything after the fifth. */
export interface Arn extends Scope {
  service: string;
  resource: string;
}

/**
 * Splits an ARN into its parts; undefined if the text is not an ARN. Region and account may be
 * empty.
 */
export function parseArn(text: string): Arn | undefined {
  const [arn, partition = '', service = '', region = '', account = '', ...rest] = text.split(':');
  const resource = rest.join(':');
  const isArn =
    arn === 'arn' &&
    /^aws[a-z-]*$/.test(partition) &&
    /^[a-z0-9-]+$/.test(service) &&
    /^[a-z0-9-]*$/.test(region) &&
    /^(?:\d{12}|aws|)$/.test(account) &&
    resource !== '';
  return isArn ? { partition, service, region, account, resource } : undefined;
}
