import { NormalizedSchema } from '@smithy/core/schema';
import { UnreadableAnswer } from './unreadable-answer.ts';
import { neededMembers } from './needed-members.ts';

/**
 * Checks that a response has the types that the SDK declares and the members that this tool needs.
 * A null in a list or map is removed: AWS sends none, and it has no meaning. Throws
 * UnreadableAnswer, which names the place and quotes nothing.
 */
export function checkAnswer(action: string, output: object, schema: unknown): void {
  const status = (output as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const refuse = (place: string, fault: string): never => {
    throw new UnreadableAnswer(status, `${place} ${fault}`);
  };
  check(output, NormalizedSchema.of(schema as never), '');
  for (const path of neededMembers[action] ?? []) need(output, path.split('.'), '');

  function check(value: unknown, of: NormalizedSchema, place: string): void {
    if (value === undefined || value === null) return;
    const kind = kinds.find(({ fits }) => fits(of));
    if (kind && !kind.is(value)) refuse(place || 'the answer', `must be ${kind.name}`);
    if (of.isStructSchema()) {
      for (const [name, member] of of.structIterator()) {
        check((value as Json)[name], member, place === '' ? name : `${place}.${name}`);
      }
    } else if (of.isListSchema()) {
      const list = value as unknown[];
      const entry = of.getValueSchema();
      if (list.includes(null)) list.splice(0, list.length, ...list.filter((one) => one !== null));
      for (const one of list) check(one, entry, `${place}[]`);
    } else if (of.isMapSchema()) {
      const entry = of.getValueSchema();
      for (const [key, one] of Object.entries(value as Json)) {
        if (one === null) Reflect.deleteProperty(value, key);
        else check(one, entry, `${place}{}`);
      }
    }
  }

  function need(value: unknown, [first = '', ...rest]: readonly string[], place: string): void {
    const name = first.replace('[]', '');
    const member = (value as Json | undefined)?.[name];
    const here = place === '' ? name : `${place}.${name}`;
    if (first.endsWith('[]')) {
      for (const one of (member ?? []) as unknown[]) need(one, rest, `${here}[]`);
    } else if (member === undefined || member === null) refuse(here, 'is missing');
    else if (rest.length > 0) need(member, rest, here);
  }
}

// --- internal ---

type Json = Record<string, unknown>;

interface Kind {
  name: string;
  fits: (schema: NormalizedSchema) => boolean;
  is: (value: unknown) => boolean;
}

const kinds: readonly Kind[] = [
  {
    name: 'an object',
    fits: (schema) => schema.isStructSchema() || schema.isMapSchema(),
    is: (value) => typeof value === 'object' && !Array.isArray(value),
  },
  { name: 'a list', fits: (schema) => schema.isListSchema(), is: Array.isArray },
  {
    name: 'a string',
    fits: (schema) => schema.isStringSchema(),
    is: (value) => typeof value === 'string' || value instanceof String,
  },
  {
    name: 'a number',
    fits: (schema) => schema.isNumericSchema(),
    is: (value) => typeof value === 'number' && !Number.isNaN(value),
  },
  {
    name: 'true or false',
    fits: (schema) => schema.isBooleanSchema(),
    is: (value) => typeof value === 'boolean',
  },
  {
    name: 'a time',
    fits: (schema) => schema.isTimestampSchema(),
    is: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  },
];
