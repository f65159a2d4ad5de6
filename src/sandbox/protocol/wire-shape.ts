import { ServiceError } from '../service.ts';

/**
 * The JSON type of a request member: a scalar, a list of one type, a map of text to one type, or a
 * structure. Members that a structure does not name may have any type.
 */
export type WireShape =
  | 'text'
  | 'number'
  | 'flag'
  | 'anything'
  | readonly [WireShape]
  | { readonly mapOf: WireShape }
  | { readonly members: Readonly<Record<string, WireShape>> };

/** A structure with these members. */
export function wire(members: Readonly<Record<string, WireShape>>): WireShape {
  return { members };
}

/**
 * Rejects a value of another type with SerializationException and AWS's messages (measured with
 * EventBridge Scheduler: github.com/floci-io/floci/pull/2686). An absent member is valid.
 */
export function checkWire(value: unknown, shape: WireShape): void {
  if (value === undefined || shape === 'anything') return;
  if (typeof shape === 'string') {
    checkScalar(value, shape);
  } else if (isList(shape)) {
    if (!Array.isArray(value)) throw misplaced(value, 'Expected list or null');
    for (const member of value) {
      if (member === null) throw refusal('Expected null');
      checkWire(member, shape[0]);
    }
  } else {
    if (!isObject(value)) throw misplaced(value, 'Expected null');
    for (const [name, member] of Object.entries(value)) checkWire(member, shapeOf(shape, name));
  }
}

// --- internal ---

type Branch = Exclude<WireShape, string | readonly [WireShape]>;

const scalars = {
  text: { type: 'string', name: 'a String' },
  number: { type: 'number', name: 'an Integer' },
  flag: { type: 'boolean', name: 'a Boolean' },
} as const;

function checkScalar(value: unknown, shape: keyof typeof scalars): void {
  const { type, name } = scalars[shape];
  if (typeof value === type) return;
  throw misplaced(value, `${tokenOf(value)} can not be converted to ${name}`);
}

function shapeOf(shape: Branch, member: string): WireShape {
  if ('mapOf' in shape) return shape.mapOf;
  return (Object.hasOwn(shape.members, member) ? shape.members[member] : undefined) ?? 'anything';
}

function isList(shape: WireShape): shape is readonly [WireShape] {
  return Array.isArray(shape);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The error for an unexpected list or structure; otherwise an error with the given text. */
function misplaced(value: unknown, otherwise: string): ServiceError {
  if (Array.isArray(value)) return refusal('Start of list found where not expected.');
  if (isObject(value)) return refusal('Start of structure or map found where not expected.');
  return refusal(otherwise);
}

function tokenOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return typeof value === 'number' ? 'NUMBER_VALUE' : 'STRING_VALUE';
}

function refusal(message: string): ServiceError {
  return new ServiceError('SerializationException', message);
}
