import { InvalidInput } from '../problems.ts';
import { withoutValue } from './shown-text.ts';

/** A policy of an advanced parameter (SSM guide, "Assigning parameter policies"). */
export interface ParameterPolicy {
  /** `Expiration`, `ExpirationNotification` or `NoChangeNotification`. */
  type: string;
  /** `Pending`, `Finished`, `Failed` or `InProgress`. */
  status?: string | undefined;
  /** When AWS deletes the parameter; of `Expiration` only. */
  expiresAt?: Date | undefined;
  /** How long before the expiration AWS sends an event, e.g. `30 days`. */
  before?: string | undefined;
  /** How long without a change until AWS sends an event, e.g. `60 days`. */
  after?: string | undefined;
}

/** A policy as DescribeParameters returns it (botocore model, ParameterInlinePolicy). */
interface InlinePolicy {
  PolicyText?: string;
  PolicyType?: string;
  PolicyStatus?: string;
}

/** Reads the policies of DescribeParameters. A text that is not JSON leaves its type and status. */
export function readPolicies(policies: readonly InlinePolicy[] | undefined): ParameterPolicy[] {
  return (policies ?? []).map(({ PolicyText, PolicyType, PolicyStatus: status }) => {
    const { Type, Attributes = {} } = parsed(PolicyText);
    const { Timestamp, Before, After, Unit } = Attributes;
    const expiresAt = Timestamp === undefined ? undefined : new Date(Timestamp);
    const span = (count: string | undefined): string | undefined =>
      count === undefined ? undefined : `${count} ${(Unit ?? 'days').toLowerCase()}`;
    return {
      type: PolicyType ?? Type ?? '',
      status,
      expiresAt: expiresAt && !Number.isNaN(expiresAt.getTime()) ? expiresAt : undefined,
      before: span(Before),
      after: span(After),
    };
  });
}

/**
 * The policies in the form of PutParameter: one list of the documents that DescribeParameters
 * splits. Undefined if there are none.
 */
export function policiesToKeep(policies: readonly InlinePolicy[] | undefined): string | undefined {
  const texts = (policies ?? []).flatMap(({ PolicyText }) => PolicyText ?? []);
  return texts.length === 0 ? undefined : `[${texts.join(',')}]`;
}

/** When AWS deletes the parameter; undefined if it does not expire. */
export function expirationOf(policies: readonly ParameterPolicy[]): Date | undefined {
  return policies.find(({ expiresAt }) => expiresAt)?.expiresAt;
}

/** A policy in words, e.g. `ExpirationNotification 30 days before`. */
export function policyWords({ type, expiresAt, before, after, status }: ParameterPolicy): string {
  return [
    type,
    expiresAt && `on ${expiresAt.toISOString().slice(0, 10)}`,
    before && `${before} before`,
    after && `after ${after} without a change`,
    status && status !== 'Pending' && `(${status})`,
  ]
    .filter(Boolean)
    .join(' ');
}

/** Data types that Parameter Store documents (botocore model, PutParameter.DataType). */
export const dataTypes = [
  'text',
  'json',
  'jsonc',
  'url',
  'boolean',
  'integer',
  'float',
  'email',
  'hostname',
  'ipv4-address',
  'ipv6-address',
  'binary',
  'aws:region',
  'aws:account:id',
] as const;

/**
 * Checks a data type for a SecureString. AWS may add types, so others are accepted. Throws
 * InvalidInput for those of plain parameters (SSM guide, "Native parameter support for AMI IDs").
 */
export function parseDataType(text: string): string {
  if (text === '' || text.length > 128 || /\s/.test(text)) {
    throw new InvalidInput(
      `unknown data type "${withoutValue(text)}"; data types are ${dataTypes.join(', ')}`,
    );
  }
  if (/^aws:(ec2:image|ssm:integration)$/.test(text)) {
    throw new InvalidInput(
      `the data type ${text} is not for secrets, which are parameters of type SecureString`,
    );
  }
  return text;
}

// --- internal ---

interface PolicyDocument {
  Type?: string;
  Attributes?: { Timestamp?: string; Before?: string; After?: string; Unit?: string };
}

function parsed(text: string | undefined): PolicyDocument {
  try {
    const document: unknown = JSON.parse(text ?? '{}');
    return typeof document === 'object' && document !== null ? document : {};
  } catch {
    return {};
  }
}
