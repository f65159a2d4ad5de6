import type { Parameter, ParameterHistory, ParameterMetadata } from '@aws-sdk/client-ssm';
import {
  policiesToKeep,
  readPolicies,
  type ParameterPolicy,
} from '../model/secrets/parameter-policies.ts';
import type { Tier } from '../model/secrets/secret-rules.ts';
import { SecretValue } from '../model/secrets/secret-value.ts';

/** A parameter with its value. */
export interface ReadParameter {
  name: string;
  arn: string;
  version: number;
  /** `SecureString`, `String` or `StringList`. */
  type: string;
  value: SecretValue;
  /** When this version was stored. */
  changedAt: Date | undefined;
}

/** The description of a parameter, without its value. */
export interface ParameterDescription {
  name: string;
  arn: string | undefined;
  type: string;
  version: number;
  /** As given at the last write: alias, ID or ARN; undefined for a plain String. */
  kmsKeyId: string | undefined;
  tier: Tier | undefined;
  description: string | undefined;
  allowedPattern: string | undefined;
  /** JSON of its policies (advanced parameters); undefined if there are none. */
  policies: string | undefined;
  /** The same, read. */
  policyList: readonly ParameterPolicy[];
  dataType: string | undefined;
  changedAt: Date | undefined;
  /** ARN of the user or role that wrote the current version. */
  changedBy: string | undefined;
}

/** The description of one version, without its value. */
export interface ParameterVersion {
  version: number;
  labels: string[];
  kmsKeyId: string | undefined;
  tier: Tier | undefined;
  changedAt: Date | undefined;
  changedBy: string | undefined;
}

/** Converts a parameter from GetParameter, GetParameters or GetParametersByPath. */
export function readParameter(parameter: Parameter): ReadParameter {
  const { Name, ARN, Version, Type, Value, LastModifiedDate } = parameter;
  return {
    name: Name ?? '',
    arn: ARN ?? '',
    version: Version ?? 0,
    type: Type ?? '',
    value: new SecretValue(Value ?? ''),
    changedAt: LastModifiedDate,
  };
}

/** Converts a parameter from DescribeParameters. */
export function describedParameter(parameter: ParameterMetadata): ParameterDescription {
  return {
    name: parameter.Name ?? '',
    arn: parameter.ARN,
    type: parameter.Type ?? '',
    version: parameter.Version ?? 0,
    kmsKeyId: parameter.KeyId,
    tier: parameter.Tier,
    description: parameter.Description,
    allowedPattern: parameter.AllowedPattern,
    policies: policiesToKeep(parameter.Policies),
    policyList: readPolicies(parameter.Policies),
    dataType: parameter.DataType,
    changedAt: parameter.LastModifiedDate,
    changedBy: parameter.LastModifiedUser,
  };
}

/** Converts a version from GetParameterHistory. */
export function parameterVersion(parameter: ParameterHistory): ParameterVersion {
  return {
    version: parameter.Version ?? 0,
    labels: parameter.Labels ?? [],
    kmsKeyId: parameter.KeyId,
    tier: parameter.Tier,
    changedAt: parameter.LastModifiedDate,
    changedBy: parameter.LastModifiedUser,
  };
}
