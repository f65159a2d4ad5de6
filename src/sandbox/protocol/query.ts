import type { ServiceError } from '../service.ts';
import { element as xmlElement } from './xml.ts';

/** API versions of the services with the Query protocol. */
export const queryVersions: Readonly<Record<string, string>> = {
  iam: '2010-05-08',
  sts: '2011-06-15',
  ec2: '2016-11-15',
  elasticloadbalancing: '2015-12-01',
};

/** A request of the Query protocol. */
export interface QueryRequest {
  operation: string;
  version: string | undefined;
  /** Members as nested objects and lists; every scalar is text. */
  input: Record<string, unknown>;
}

/** Parses a form-urlencoded body; undefined if it is not a request. */
export function parseQueryBody(body: string): QueryRequest | undefined {
  const form = new URLSearchParams(body);
  const operation = form.get('Action');
  if (operation === null) return undefined;
  const root: Node = new Map();
  for (const [name, value] of form) {
    if (name === 'Action' || name === 'Version') continue;
    if (!insert(root, name.split('.'), value)) return undefined;
  }
  const input = toValue(root);
  if (typeof input !== 'object' || Array.isArray(input)) return undefined;
  return { operation, version: form.get('Version') ?? undefined, input };
}

/** Formats a response of the Query protocol: XML, lists as `<member>`, dates as ISO 8601. */
export function queryBody(
  service: string,
  operation: string,
  result: unknown,
  requestId: string,
): string {
  const content = result === undefined ? '' : element(`${operation}Result`, result);
  const metadata = element('ResponseMetadata', { RequestId: requestId });
  return `<${operation}Response xmlns="${namespace(service)}">${content}${metadata}</${operation}Response>\n`;
}

/** Formats an error of the Query protocol. */
export function queryError(service: string, error: ServiceError, requestId: string): string {
  const inner = element('Error', {
    Type: error.status < 500 ? 'Sender' : 'Receiver',
    Code: error.code,
    Message: error.message,
  });
  const id = element('RequestId', requestId);
  return `<ErrorResponse xmlns="${namespace(service)}">${inner}${id}</ErrorResponse>\n`;
}

// --- internal ---

type Node = Map<string, Node | string>;
type Value = string | Value[] | { [key: string]: Value };

/** No request of these services nests deeper; a malicious name must not exhaust the stack. */
const deepest = 8;

function insert(root: Node, path: readonly string[], value: string): boolean {
  if (path.length > deepest) return false;
  let node = root;
  for (const part of path.slice(0, -1)) {
    const child = node.get(part) ?? new Map<string, Node | string>();
    if (typeof child === 'string') return false;
    node.set(part, child);
    node = child;
  }
  const last = path.at(-1) ?? '';
  if (node.has(last)) return false;
  node.set(last, value);
  return true;
}

function toValue(node: Node | string): Value {
  if (typeof node === 'string') return node;
  const members = node.size === 1 ? (node.get('member') ?? node) : node;
  if (members instanceof Map && (members !== node || isNumbered(node))) {
    return [...members]
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, member]) => toValue(member));
  }
  return Object.fromEntries([...node].map(([key, child]) => [key, toValue(child)]));
}

/** EC2 numbers list members directly after the list's name: `SubnetId.1`. */
function isNumbered(node: Node): boolean {
  return node.size > 0 && [...node.keys()].every((key) => /^\d+$/.test(key));
}

function namespace(service: string): string {
  return `https://${service}.amazonaws.com/doc/${queryVersions[service] ?? ''}/`;
}

function element(name: string, value: unknown): string {
  return xmlElement(name, value, 'member');
}
