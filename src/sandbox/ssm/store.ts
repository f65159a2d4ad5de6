import { randomBytes } from 'node:crypto';
import type { KeyRing } from '../kms/keys.ts';
import { ServiceError, type Call, type Environment } from '../service.ts';
import { askedParameter, parameterArn } from './names.ts';

/** One version of a parameter. */
export interface Version {
  version: number;
  type: 'String' | 'StringList' | 'SecureString';
  value: string;
  /** What a SecureString shows without decryption. */
  ciphertext: string;
  /** As given: id, ARN or alias. Only for a SecureString. */
  keyId: string | undefined;
  description: string | undefined;
  allowedPattern: string | undefined;
  policies: string | undefined;
  tier: 'Standard' | 'Advanced';
  dataType: string;
  modified: Date;
  /** ARN of who wrote it. */
  user: string;
  labels: Set<string>;
}

/** A parameter: its versions, oldest first, never none. */
export interface Parameter {
  name: string;
  arn: string;
  versions: Version[];
  tags: Map<string, string>;
}

/** The parameters of a region by stored name. */
export type ParameterStore = Map<string, Parameter>;

/** What the operations of SSM share. */
export interface SsmWorld {
  environment: Environment;
  keys: KeyRing;
  region: (name: string) => ParameterStore;
}

/** A version that was asked for. */
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

/** Text that stands for an encrypted value and tells nothing about it. */
export function opaqueCiphertext(): string {
  return `AQICAHh${randomBytes(132).toString('base64')}`;
}

/**
 * Finds a parameter by name or ARN with selector. Answers `'parameter'` or `'version'` for what is
 * missing; throws ValidationException for a name that cannot be one.
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

/** A parameter by stored name; throws ParameterNotFound, which has no message at AWS. */
export function getParameter(world: SsmWorld, call: Call, name: string): Parameter {
  const parameter = world.region(call.region).get(name);
  if (!parameter) throw new ServiceError('ParameterNotFound', '');
  return parameter;
}

/**
 * The value as a reader gets it. Throws AccessDeniedException when the principal may not decrypt,
 * InvalidKeyId when the key is gone or out of service.
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

/** ARNs of the parameters that a request is about, for policies; `*` for a request about none. */
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
