import { randomBytes } from 'node:crypto';
import type { KeyRing } from '../kms/keys.ts';
import { ServiceError, type Call, type Environment } from '../service.ts';
import { askedParameter, parameterArn } from './names.ts';

/** A policy of a parameter, as written. */
export interface ParameterPolicy {
  Type: string;
  Version?: string;
  Attributes?: { Timestamp?: string; Before?: string; After?: string; Unit?: string };
}

/** One version of a parameter. */
export interface Version {
  version: number;
  type: 'String' | 'StringList' | 'SecureString';
  value: string;
  /** What a SecureString returns without decryption. */
  ciphertext: string;
  /** As given: ID, ARN or alias. Only for a SecureString. */
  keyId: string | undefined;
  description: string | undefined;
  allowedPattern: string | undefined;
  policies: readonly ParameterPolicy[];
  tier: 'Standard' | 'Advanced';
  dataType: string;
  modified: Date;
  /** ARN of the user or role that wrote it. */
  user: string;
  labels: Set<string>;
}

/** A parameter with its versions, oldest first; at least one. */
export interface Parameter {
  name: string;
  arn: string;
  versions: Version[];
  tags: Map<string, string>;
}

/** The parameters of a region by stored name. */
export type ParameterStore = Map<string, Parameter>;

/** The parts shared by the operations of SSM. */
export interface SsmWorld {
  environment: Environment;
  keys: KeyRing;
  region: (name: string) => ParameterStore;
}

/** A requested version. */
export interface Found {
  parameter: Parameter;
  version: Version;
  selector: string | undefined;
}

/** The newest version. */
export function latest(parameter: Parameter): Version {
  const version = parameter.versions.at(-1);
  if (!version) throw new Error(`parameter ${parameter.name} has no version`);
  return version;
}

/** A placeholder for an encrypted value, which reveals nothing about it. */
export function opaqueCiphertext(): string {
  return `AQICAHh${randomBytes(132).toString('base64')}`;
}

/**
 * Finds a parameter by name or ARN with selector. Returns `'parameter'` or `'version'` if that is
 * missing; throws ValidationException for an invalid name.
 */
export function find(
  world: SsmWorld,
  call: Call,
  written: string,
): Found | 'parameter' | 'version' {
  const asked = askedParameter(written, call.region, world.environment);
  const parameter = asked && world.region(call.region).get(asked.name);
  if (!parameter) return 'parameter';
  const { selector } = asked;
  const version =
    selector === undefined
      ? latest(parameter)
      : parameter.versions.find((one) =>
          /^\d+$/.test(selector) ? one.version === Number(selector) : one.labels.has(selector),
        );
  return version ? { parameter, version, selector } : 'version';
}

/** A parameter by stored name; throws ParameterNotFound, which has no message in AWS. */
export function getParameter(world: SsmWorld, call: Call, name: string): Parameter {
  const parameter = world.region(call.region).get(name);
  if (!parameter) throw new ServiceError('ParameterNotFound', '');
  return parameter;
}

/**
 * The value as returned to a reader. Throws AccessDeniedException if the principal may not decrypt
 * it, and InvalidKeyId if the key is gone or disabled.
 */
export function readableValue(
  world: SsmWorld,
  call: Call,
  parameter: Parameter,
  version: Version,
  withDecryption: boolean,
): string {
  if (version.type !== 'SecureString') return version.value;
  if (!withDecryption) return version.ciphertext;
  const key = world.keys.find(call.region, version.keyId ?? '');
  if (!key) throw new ServiceError('InvalidKeyId', `Invalid keyId ${version.keyId ?? ''}`);
  world.keys.authorize(call, key, {
    action: 'kms:Decrypt',
    via: 'ssm',
    encryptionContext: { PARAMETER_ARN: parameter.arn },
  });
  const hindrance = world.keys.hindrance(key);
  if (hindrance !== undefined) throw new ServiceError('InvalidKeyId', hindrance);
  return version.value;
}

/** ARNs of the parameters in a request, for policies; `*` for a request without any. */
export function resourcesOf(
  world: SsmWorld,
  call: Call,
  input: Record<string, unknown>,
): { arn: string; parameter: Parameter | undefined }[] {
  const { Name, Names, Path, ResourceId } = input;
  const written = [Name, Names, Path, ResourceId]
    .flat()
    .filter((value) => typeof value === 'string');
  return written.map((text) => {
    const asked = text.startsWith('arn:')
      ? askedParameter(text, call.region, world.environment)
      : { name: text.split(':')[0] ?? '' };
    const name = asked?.name ?? '';
    return {
      arn: asked ? parameterArn(name, call.region, world.environment) : text,
      parameter: world.region(call.region).get(name.lastIndexOf('/') === 0 ? name.slice(1) : name),
    };
  });
}
