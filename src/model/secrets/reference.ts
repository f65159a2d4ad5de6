import { parseArn, type Scope } from './partition.ts';
import { InvalidInput, Problems } from '../problems.ts';
import { looksLikePassword, valueHint, withoutValue } from './shown-text.ts';
import { withoutEnd } from '../without-end.ts';

/** The 2 AWS stores that ECS reads secrets from. */
export type Store = 'parameter-store' | 'secrets-manager';

/** A parameter of Parameter Store, by name; `scope` is known if it was written as an ARN. */
export interface ParameterReference {
  store: 'parameter-store';
  /** As stored by Parameter Store: `/a/b` for a path, `a` (never `/a`) for a single level. */
  name: string;
  scope?: Scope;
}

/** A secret of Secrets Manager, with the parts of ECS's `:json-key:version-stage:version-id`. */
export interface SecretReference {
  store: 'secrets-manager';
  /**
   * Its name, or the part after `secret:` in its ARN: the name with its random suffix (full ARN) or
   * without (partial ARN). Only AWS can distinguish these two.
   */
  name: string;
  scope?: Scope;
  jsonKey?: string | undefined;
  versionStage?: string;
  versionId?: string;
}

/** The name of a secret everywhere in this tool. */
export type Reference = ParameterReference | SecretReference;

/** A secret as returned by AWS, so that name and ARN are exact. */
export interface SecretIdentity {
  store: Store;
  name: string;
  arn: string;
  /** Every region of a replicated secret, including its own; undefined if not replicated. */
  regions?: readonly string[] | undefined;
}

/**
 * Reads a reference as users write it: `NAME`, `ssm:NAME`, `sm:NAME[:KEY[:STAGE[:VERSION]]]`, or a
 * full ARN of either store. `store` is the store of a bare name. Throws InvalidInput with every
 * rule that the text violates.
 */
export function parseReference(text: string, store: Store = 'parameter-store'): Reference {
  if (text.startsWith('arn:')) return parseArnReference(text);
  if (text.startsWith('ssm:')) return parameter(text.slice('ssm:'.length));
  if (text.startsWith('sm:')) return secret(text, text.slice('sm:'.length).split(':'));
  return store === 'parameter-store' ? parameter(text) : secret(text, text.split(':'));
}

/**
 * Reads a reference in a task definition. ECS treats everything except an ARN as a bare name of
 * `store`; this tool's `ssm:` and `sm:` are accepted too. Throws InvalidInput.
 */
export function parseValueFrom(text: string, store: Store = 'parameter-store'): Reference {
  if (/^(arn|ssm|sm):/.test(text)) return parseReference(text);
  return store === 'parameter-store' ? parameter(text) : secret(text, [text]);
}

/**
 * The `valueFrom` for a task definition: the full ARN, with the suffix of the reference, if any.
 */
export function formatValueFrom(identity: SecretIdentity, reference: Reference): string {
  if (reference.store === 'parameter-store') return identity.arn;
  const { jsonKey = '', versionStage = '', versionId = '' } = reference;
  const suffix = [jsonKey, versionStage, versionId];
  return suffix.some(Boolean) ? [identity.arn, ...suffix].join(':') : identity.arn;
}

/**
 * A reference in the notation of this tool, for messages: `ssm:/a/b`, `sm:NAME:KEY`, or its ARN.
 */
export function formatReference(reference: Reference): string {
  if (reference.scope) return referenceArn(reference, reference.scope);
  if (reference.store === 'parameter-store') return `ssm:${reference.name}`;
  const { name, jsonKey = '', versionStage = '', versionId = '' } = reference;
  return `sm:${withoutEnd([name, jsonKey, versionStage, versionId].join(':'), ':')}`;
}

/** The ID for looking up a reference: its name, or its ARN (without suffix) if written as one. */
export function lookupId(reference: Reference): string {
  return reference.scope ? baseArn(reference, reference.scope) : reference.name;
}

/**
 * Whether a reference means this secret, in any notation, or one of its replicas. `here` is the
 * location of bare names.
 */
export function refersTo(reference: Reference, identity: SecretIdentity, here?: Scope): boolean {
  if (reference.store !== identity.store) return false;
  const scope = reference.scope ?? here;
  const arn = parseArn(identity.arn);
  if (scope && arn && scope.account !== arn.account) return false;
  if (scope && !regionsOf(identity).includes(scope.region)) return false;
  // A replica has the name and the 6 characters of its primary (Secrets Manager guide,
  // "replicate").
  const home = reference.scope && { ...reference.scope, region: arn?.region ?? '' };
  if (home && baseArn(reference, home) === identity.arn) return true;
  return reference.name === identity.name && !isFullSecretArn(reference);
}

/** The regions that have a secret: its own and, if it is replicated, those of all replicas. */
export function regionsOf({ arn, regions }: SecretIdentity): readonly string[] {
  return regions ?? [parseArn(arn)?.region ?? ''];
}

/**
 * Whether a reference is fixed to one version or to a staging label other than AWSCURRENT, so that
 * it never gets a new value.
 */
export function isPinned(reference: Reference): boolean {
  if (reference.store === 'parameter-store') return false;
  const { versionId, versionStage } = reference;
  return Boolean(versionId) || (Boolean(versionStage) && versionStage !== 'AWSCURRENT');
}

/**
 * Whether it is a parameter that AWS provides: a public one (`/aws/service/…`), or a secret of
 * Secrets Manager read through Parameter Store (`/aws/reference/secretsmanager/…`).
 * DescribeParameters does not list them, so whether one exists is not known.
 */
export function isProvidedByAws({ store, name }: Reference): boolean {
  return store === 'parameter-store' && /^\/aws\//i.test(name);
}

/** Whether it is a public parameter, which belongs to AWS and not to the caller's account. */
export function isPublicParameter({ store, name }: Reference): boolean {
  return store === 'parameter-store' && /^\/aws\/service\//i.test(name);
}

/** The secret that `/aws/reference/secretsmanager/NAME` stands for; undefined for other references. */
export function secretBehind({ store, name }: Reference): SecretReference | undefined {
  if (store !== 'parameter-store') return undefined;
  const [, secretName] = /^\/aws\/reference\/secretsmanager\/(.+)$/.exec(name) ?? [];
  return secretName === undefined ? undefined : { store: 'secrets-manager', name: secretName };
}

/**
 * Checks a reference as the target of a write. Throws InvalidInput for read-only targets:
 * parameters reserved by AWS (names that begin with `aws` or `ssm`), and one version of a secret.
 */
export function checkWritable(reference: Reference): void {
  const { name } = reference;
  if (reference.store === 'parameter-store') {
    if (!/^\/?(aws|ssm)/i.test(name)) return;
    const behind = secretBehind(reference);
    throw new InvalidInput(
      `parameter name "${name}" begins with "aws" or "ssm" (in any case), which AWS reserves`,
      behind
        ? `ecs-secrets put ${formatReference(behind)} stores the secret that it stands for`
        : 'choose another name',
    );
  }
  if (!reference.versionStage && !reference.versionId) return;
  throw new InvalidInput(
    `${formatReference(reference)} names a version; a value is always stored as AWSCURRENT`,
    'omit the stage and the version: sm:NAME or sm:NAME:KEY',
  );
}

/** The ARN of a parameter: the name follows `parameter/` without its leading slash. */
export function parameterArn(name: string, { partition, region, account }: Scope): string {
  return `arn:${partition}:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
}

// --- internal ---

function parameter(written: string, scope?: Scope): ParameterReference {
  const name = canonicalParameterName(written);
  if (name.includes('=')) {
    throw new InvalidInput(
      `parameter name "${withoutValue(written)}" has a "=", which Parameter Store does not accept`,
      valueHint,
    );
  }
  if (looksLikePassword(written)) {
    throw new InvalidInput(
      'the parameter name has characters that Parameter Store does not accept (allowed: A-Z a-z 0-9 _ . - and /)',
      valueHint,
    );
  }
  const problems = parameterNameProblems(name, written);
  if (problems.length > 0) throw new InvalidInput(problems);
  return { store: 'parameter-store', name, ...(scope && { scope }) };
}

/** A single-level name is stored without its slash: `/foo` and `foo` are the same parameter. */
function canonicalParameterName(name: string): string {
  return /^\/[^/]+$/.test(name) ? name.slice(1) : name;
}

/** Source: Systems Manager guide, "Requirements and constraints for parameter names". */
function parameterNameProblems(name: string, written: string): string[] {
  if (written === '') return ['a parameter name is empty'];
  const levels = name.replace(/^\//, '').split('/');
  const illegal = listOf(name.match(/[^A-Za-z0-9_.\-/]/gu));
  const rules: [boolean, string][] = [
    [
      illegal !== '',
      `has characters that Parameter Store does not accept: ${illegal} (allowed: A-Z a-z 0-9 _ . - and /)`,
    ],
    [levels.length > 1 && !name.startsWith('/'), 'has several levels, so it must start with "/"'],
    [name.endsWith('/'), 'must not end with "/"'],
    [levels.slice(0, -1).includes(''), 'has an empty level ("//")'],
    [levels.length > 15, `has ${levels.length} levels; Parameter Store accepts at most 15`],
    [
      name.length > longestName,
      `has ${name.length} characters; Parameter Store accepts at most ${longestName}`,
    ],
  ];
  return rules
    .filter(([broken]) => broken)
    .map(([, rule]) => `parameter name "${written}" ${rule}`);
}

/** The ARN is limited to 1,011 characters; its prefix takes about 45 of them. */
const longestName = 1011 - 45;

/** The distinct characters of a match, each in quotes. */
function listOf(characters: readonly string[] | null): string {
  return [...new Set(characters)].map((character) => JSON.stringify(character)).join(' ');
}

function secret(written: string, parts: string[], scope?: Scope): SecretReference {
  const problems = new Problems();
  const bad = (rule: string): void => {
    problems.add(`secret reference "${withoutValue(written)}" ${rule}`);
  };
  const [name = '', jsonKey = '', versionStage = '', versionId = ''] = parts;
  if (parts.length > 4) {
    bad(`has ${parts.length} parts; NAME:KEY:STAGE:VERSION is the maximum`);
  }
  if (name === '') bad('has no secret name');
  if (name.length > 512) bad(`has a name of ${name.length} characters; 512 is the maximum`);
  const illegal = /[^A-Za-z0-9/_+=.@!-]/gu;
  if (illegal.test(name)) {
    const shown = listOf(name.replace(/=[^]*$/, '').match(illegal));
    bad(
      `has characters that Secrets Manager does not accept${shown && `: ${shown}`} (allowed: A-Z a-z 0-9 and /_+=.@!-)`,
    );
  }
  if (versionId && (versionId.length < 32 || versionId.length > 64)) {
    bad(
      `has a version id of ${versionId.length} characters; 32 to 64 are allowed (is it a key or a stage in the wrong place?)`,
    );
  }
  problems.throwIfAny();
  return {
    store: 'secrets-manager',
    name,
    ...(scope && { scope }),
    ...(jsonKey && { jsonKey }),
    ...(versionStage && { versionStage }),
    ...(versionId && { versionId }),
  };
}

function parseArnReference(text: string): Reference {
  const arn = parseArn(text);
  const malformed = (why: string): InvalidInput =>
    new InvalidInput(
      `malformed ARN "${withoutValue(text)}": ${why}`,
      'arn:PARTITION:ssm:REGION:ACCOUNT:parameter/NAME or arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX[:KEY:STAGE:VERSION]',
    );
  if (!arn) throw malformed('it is not arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE');
  const { partition, service, region, account, resource } = arn;
  const scope = { partition, region, account };
  if (service !== 'ssm' && service !== 'secretsmanager') {
    throw malformed(`its service is "${service}", not ssm or secretsmanager`);
  }
  if (!region) throw malformed('its region is empty');
  if (!/^\d{12}$/.test(account)) throw malformed('its account is not 12 digits');
  if (service === 'ssm') {
    if (!resource.startsWith('parameter/'))
      throw malformed('what follows the account must be parameter/NAME');
    const rest = resource.slice('parameter/'.length);
    if (rest.startsWith('/'))
      throw malformed('"parameter//" has one slash too many: the name follows without its own');
    if (rest.includes(':'))
      throw malformed('ECS accepts no version or label of a parameter: it always reads the latest');
    return parameter(rest.includes('/') ? `/${rest}` : rest, scope);
  }
  if (!resource.startsWith('secret:'))
    throw malformed('what follows the account must be secret:NAME-SUFFIX');
  const parts = resource.slice('secret:'.length).split(':');
  if (parts.length !== 1 && parts.length !== 4) {
    throw malformed(
      `it has ${parts.length - 1} ${parts.length === 2 ? 'colon' : 'colons'} after the secret's name; ECS accepts none or three (:KEY:STAGE:VERSION, any of them empty)`,
    );
  }
  return secret(text, parts, scope);
}

/**
 * Whether AWS treats it as a full ARN: one that ends in a hyphen and 6 characters, even if they are
 * the end of a name (GetSecretValue, SecretId).
 */
function isFullSecretArn({ store, name, scope }: Reference): boolean {
  return store === 'secrets-manager' && scope !== undefined && /-[A-Za-z0-9]{6}$/.test(name);
}

function baseArn(reference: Reference, scope: Scope): string {
  if (reference.store === 'parameter-store') return parameterArn(reference.name, scope);
  const { partition, region, account } = scope;
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${reference.name}`;
}

function referenceArn(reference: Reference, scope: Scope): string {
  const arn = baseArn(reference, scope);
  return formatValueFrom({ store: reference.store, name: reference.name, arn }, reference);
}
