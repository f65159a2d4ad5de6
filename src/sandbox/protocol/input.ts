import { ServiceError, type Call, type Operation } from '../service.ts';

/**
 * Parses one member of a request; throws ValidationException if it violates the API's constraints.
 */
export type Field<T> = (value: unknown, at: string) => T;

/** The members of an operation. Others are ignored. */
export type Shape = Record<string, Field<unknown>>;

/** The request described by a shape. */
export type Input<S extends Shape> = { [Key in keyof S]: ReturnType<S[Key]> };

/** An operation whose request is checked against a shape before it runs. */
export function operation<S extends Shape>(
  shape: S,
  run: (input: Input<S>, call: Call) => unknown,
): Operation {
  const read = structure(shape);
  return (input: unknown, call: Call) => run(read(input, ''), call);
}

/** Text of `min` to `max` characters. */
export function text(min = 0, max = Infinity, pattern?: RegExp): Field<string> {
  return (value, at) => {
    if (typeof value !== 'string') throw wrongType(at, value, 'a string');
    checkLength(value.length, at, min, max);
    if (pattern && !pattern.test(value)) {
      throw invalid(at, `Member must satisfy regular expression pattern: ${pattern.source}`);
    }
    return value;
  };
}

/** One of these words. */
export function oneOf<const T extends string>(words: readonly T[]): Field<T> {
  return (value, at) => {
    const word = words.find((known) => known === value);
    if (word === undefined) {
      throw invalid(at, `Member must satisfy enum value set: [${words.join(', ')}]`);
    }
    return word;
  };
}

/** An integer; the Query protocol writes it as text. */
export function integer(min = -Infinity, max = Infinity): Field<number> {
  return (value, at) => {
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
      throw wrongType(at, value, 'an integer');
    }
    if (number < min) throw invalid(at, `Member must have value greater than or equal to ${min}`);
    if (number > max) throw invalid(at, `Member must have value less than or equal to ${max}`);
    return number;
  };
}

/** A boolean; the Query protocol writes it as text. */
export const flag: Field<boolean> = (value, at) => {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw wrongType(at, value, 'a boolean');
};

/** A list of `min` to `max` members; the Query protocol writes an empty one as empty text. */
export function list<T>(member: Field<T>, min = 0, max = Infinity): Field<T[]> {
  return (value, at) => {
    const members: unknown = value === '' ? [] : value;
    if (!Array.isArray(members)) throw wrongType(at, value, 'a list');
    checkLength(members.length, at, min, max);
    return members.map((one, index) => member(one, `${at}.${index + 1}.member`));
  };
}

/** An object with these members. */
export function structure<S extends Shape>(shape: S): Field<Input<S>> {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw wrongType(at, value, 'a structure');
    }
    const given = new Map(Object.entries(value));
    const members = Object.entries(shape).map(([name, field]) => {
      const key = name.charAt(0).toLowerCase() + name.slice(1);
      return [name, field(given.get(name), at ? `${at}.${key}` : key)];
    });
    return Object.fromEntries(members) as Input<S>;
  };
}

/** An optional member. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return (value, at) => (value === undefined || value === null ? undefined : field(value, at));
}

/** A member with effects that the sandbox does not support: rejected instead of ignored. */
export function notHere(member: string): Field<undefined> {
  return (value) => {
    if (value === undefined || value === null || value === '') return undefined;
    throw new ServiceError('NotInSandbox', `The member ${member} is not supported by the sandbox`);
  };
}

/** A tag in the form of every service except KMS. */
export const tag = structure({ Key: text(1, 128), Value: text(0, 256) });

// --- internal ---

function checkLength(length: number, at: string, min: number, max: number): void {
  if (length < min) throw invalid(at, `Member must have length greater than or equal to ${min}`);
  if (length > max) throw invalid(at, `Member must have length less than or equal to ${max}`);
}

function wrongType(at: string, value: unknown, wanted: string): ServiceError {
  if (value === undefined || value === null) return invalid(at, 'Member must not be null');
  return new ServiceError('SerializationException', `${at || 'The request'} is not ${wanted}`);
}

/** AWS's message, without the value, which may be a secret. */
function invalid(at: string, constraint: string): ServiceError {
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: Value at '${at}' failed to satisfy constraint: ${constraint}`,
  );
}
