import type { ServiceError } from '../service.ts';

/** Prefixes of `X-Amz-Target` and their services. */
const targets: Readonly<Record<string, string>> = {
  AmazonSSM: 'ssm',
  secretsmanager: 'secretsmanager',
  TrentService: 'kms',
  AmazonEC2ContainerServiceV20141113: 'ecs',
  AWSEvents: 'events',
  CodeDeploy_20141006: 'codedeploy',
  Logs_20140328: 'logs',
  AmazonEC2ContainerRegistry_V20150921: 'ecr',
};

/** Content type of requests and responses in AWS JSON 1.1. */
export const jsonType = 'application/x-amz-json-1.1';

/** Parses `X-Amz-Target`: the service and the operation. An unknown service keeps its prefix. */
export function parseTarget(target: string): { service: string; operation: string } {
  const dot = target.lastIndexOf('.');
  const prefix = target.slice(0, Math.max(dot, 0));
  const service = Object.hasOwn(targets, prefix) ? targets[prefix] : undefined;
  return { service: service ?? prefix, operation: target.slice(dot + 1) };
}

/**
 * Parses a request body: an object without null members, which mean the same as absent ones.
 * Returns undefined if it is not an object, or nests deeper than any valid request.
 */
export function parseJsonBody(body: string): Record<string, unknown> | undefined {
  if (body === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return withoutNulls(value, 0) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Formats a response; dates become seconds since the epoch. */
export function jsonBody(result: unknown): string {
  return JSON.stringify(result === undefined ? {} : toWire(result));
}

/** Formats an error. An empty message is omitted, as SSM does for some errors. */
export function jsonError(error: ServiceError): string {
  return JSON.stringify({
    __type: error.code,
    ...(error.message !== '' && { message: error.message }),
  });
}

// --- internal ---

const deepest = 64;

function withoutNulls(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw new RangeError('The request nests too deep.');
  if (Array.isArray(value)) return value.map((member) => withoutNulls(member, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member, depth + 1)]),
  );
}

function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toWire(member)]));
}
