import { dnsSuffix, parseArn } from '../secrets/partition.ts';
import { policySize, type PolicyDocument, type Statement } from './policy.ts';
import type { Store } from '../secrets/reference.ts';
import { distinctBy } from '../distinct-by.ts';

/** A secret that the execution role must be able to read. */
export interface Grant {
  store: Store;
  /** Full ARN without ECS's suffix, or a pattern with `*` and `?`. */
  arn: string;
  /** The partial ARN under which ECS asks for it, where it is referred to by one. */
  writtenAs?: string | undefined;
  /** ARN of the customer-managed key that encrypts it; undefined for the AWS-managed key. */
  kmsKeyArn?: string | undefined;
}

/** An environment file in S3: `arn:aws:s3:::bucket/path/file.env`. */
export interface FileGrant {
  objectArn: string;
}

/** Everything that ECS reads for a container before it starts. */
export interface Grants {
  secrets: readonly Grant[];
  files: readonly FileGrant[];
}

/** Most characters of a role's inline policies together (IAM quotas). */
export const inlinePolicyCharacters = 10_240;
/** Most characters of one managed policy (IAM quotas). */
export const managedPolicyCharacters = 6_144;

/**
 * The least policy with which ECS can read these secrets and files (ECS guide, "task execution IAM
 * role", "environment files"; KMS guide, "How Parameter Store / Secrets Manager uses KMS"). Undefined
 * when there is nothing to grant: IAM refuses a policy without statements.
 */
export function executionPolicy(
  secrets: readonly Grant[],
  files: readonly FileGrant[] = [],
): PolicyDocument | undefined {
  const arns = (store: Store): string[] =>
    sorted(secrets.filter((grant) => grant.store === store).map(({ arn }) => arn));
  const objects = sorted(files.map(({ objectArn }) => objectArn));
  const statements = [
    allow('ReadParameters', 'ssm:GetParameters', arns('parameter-store')),
    allow('ReadSecrets', 'secretsmanager:GetSecretValue', arns('secrets-manager')),
    ...decryptStatements(secrets),
    allow('ReadEnvironmentFiles', 's3:GetObject', objects),
    allow(
      'LocateEnvironmentFiles',
      's3:GetBucketLocation',
      sorted(objects.map((arn) => arn.split('/', 1)[0] ?? arn)),
    ),
  ].flatMap((statement) => statement ?? []);
  return statements.length > 0 ? { Version: '2012-10-17', Statement: statements } : undefined;
}

/** Fewer and wider grants: what stands for several of the given ones. */
export interface CompactGrants {
  grants: Grants;
  /** The new patterns, and how many of the secrets each stands for. */
  wildcards: { pattern: string; secrets: number }[];
}

/**
 * Replaces secrets that lie together by a pattern of what they have in common (`…/shop/prod/*`), the
 * deepest places first, until the policy has at most so many characters. Undefined when it does not
 * fit even so: nothing is ever widened to a whole store.
 */
export function compactGrants(grants: Grants, characters: number): CompactGrants | undefined {
  let secrets = [...grants.secrets];
  const fits = (): boolean => policySize(executionPolicy(secrets, grants.files)) <= characters;
  const prefixes = sorted(secrets.flatMap(({ arn }) => prefixesOf(arn)));
  for (const prefix of prefixes.sort((a, b) => depth(b) - depth(a))) {
    if (fits()) break;
    const under = ({ arn }: Grant): boolean => arn.startsWith(prefix);
    if (new Set(secrets.filter(under).map(({ arn }) => arn)).size < 2) continue;
    secrets = distinctBy(
      secrets.map((grant) => (under(grant) ? { ...grant, arn: `${prefix}*` } : grant)),
      keyOf,
    );
  }
  if (!fits()) return undefined;
  const given = new Set(grants.secrets.map(({ arn }) => arn));
  const patterns = sorted(secrets.map(({ arn }) => arn)).filter((arn) => !given.has(arn));
  return {
    grants: { ...grants, secrets },
    wildcards: patterns.map((pattern) => ({
      pattern,
      secrets: [...given].filter((arn) => arn.startsWith(pattern.slice(0, -1))).length,
    })),
  };
}

/**
 * Parts grants so that each part makes a policy of at most so many characters. What is granted by a
 * part already (`current`) stays in it, so that no grant is lost while parts are replaced one by one.
 */
export function splitGrants(
  { secrets, files }: Grants,
  characters: number,
  current: readonly Grants[] = [],
): Grants[] {
  const wanted = new Map(distinctBy(secrets, keyOf).map((secret) => [keyOf(secret), secret]));
  const objects = sorted(files.map(({ objectArn }) => objectArn));
  const parts: { secrets: Grant[]; files: FileGrant[] }[] = current.map((part) => ({
    secrets: part.secrets.filter((grant) => wanted.has(keyOf(grant))),
    files: part.files.filter(({ objectArn }) => objects.includes(objectArn)),
  }));
  const placed = new Set(parts.flatMap((part) => part.secrets.map(keyOf)));
  const placedObjects = new Set(
    parts.flatMap((part) => part.files.map(({ objectArn }) => objectArn)),
  );
  const place = (secret: Grant[], file: FileGrant[]): void => {
    for (const part of parts) {
      const joined = { secrets: [...part.secrets, ...secret], files: [...part.files, ...file] };
      if (policySize(executionPolicy(joined.secrets, joined.files)) > characters) continue;
      Object.assign(part, joined);
      return;
    }
    parts.push({ secrets: secret, files: file });
  };
  const rest = [...wanted].filter(([key]) => !placed.has(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, secret] of rest) place([secret], []);
  for (const objectArn of objects) {
    if (!placedObjects.has(objectArn)) place([], [{ objectArn }]);
  }
  return parts.filter((part) => part.secrets.length + part.files.length > 0);
}

// --- internal ---

function allow(sid: string, action: string, resources: string[]): Statement | undefined {
  if (resources.length === 0) return undefined;
  return { Sid: sid, Effect: 'Allow', Action: action, Resource: resources };
}

function decryptStatements(grants: readonly Grant[]): Statement[] {
  const byKeyAndService = new Map<string, { grants: Grant[]; key: string; via: string }>();
  for (const grant of grants) {
    const { kmsKeyArn: key, store } = grant;
    const arn = parseArn(grant.arn);
    if (key === undefined || !arn) continue;
    const service = store === 'parameter-store' ? 'ssm' : 'secretsmanager';
    const via = `${service}.${arn.region}.${dnsSuffix(arn.partition)}`;
    const entry = byKeyAndService.get(`${via} ${key}`);
    if (entry) entry.grants.push(grant);
    else byKeyAndService.set(`${via} ${key}`, { grants: [grant], key, via });
  }
  return [...byKeyAndService]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { grants: own, key, via }], index) => {
      const parameters = own[0]?.store === 'parameter-store';
      const context = `kms:EncryptionContext:${parameters ? 'PARAMETER_ARN' : 'SecretARN'}`;
      const arns = sorted(own.map(({ arn }) => arn));
      // Only the operator for patterns takes * and ? for more than themselves.
      const isPattern = arns.some((arn) => /[*?]/.test(arn));
      const condition: NonNullable<Statement['Condition']> = isPattern
        ? { StringEquals: { 'kms:ViaService': via }, StringLike: { [context]: arns } }
        : { StringEquals: { 'kms:ViaService': via, [context]: arns } };
      return {
        Sid: `Decrypt${parameters ? 'Parameters' : 'Secrets'}${index + 1}`,
        Effect: 'Allow' as const,
        Action: 'kms:Decrypt',
        Resource: [key],
        Condition: condition,
      };
    });
}

/** What an ARN may begin with after its store's own part, up to a separator of its name. */
function prefixesOf(arn: string): string[] {
  const [separator = ''] = /:(?:parameter\/|secret:)/.exec(arn) ?? [];
  const start = arn.indexOf(separator) + separator.length;
  const [head, name] = [arn.slice(0, start), separator === '' ? '' : arn.slice(start)];
  // The six characters behind a secret's name are no part of it.
  const own = name.replace(/-([A-Za-z0-9]{6}|\?{6})$/, '');
  // A slash in front of everything is common to the whole store.
  return [...own.matchAll(/(?<=[^/])\/|[_.-]/g)].map(({ index }) => head + own.slice(0, index + 1));
}

/** How narrow a prefix is: levels count before characters. */
function depth(prefix: string): number {
  return prefix.split('/').length * 10_000 + prefix.length;
}

function keyOf({ arn, kmsKeyArn = '' }: Grant): string {
  return `${arn} ${kmsKeyArn}`;
}

function sorted(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}
