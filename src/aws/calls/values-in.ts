import { NormalizedSchema } from '@smithy/core/schema';
import type { KnownValues } from './known-values.ts';

/**
 * Passes on the secret values in a request or response: members that the SDK declares sensitive.
 * With `plain`, also the plaintext values of task definitions: environment, commands, labels and
 * options.
 */
export function rememberValues(
  input: unknown,
  schema: unknown,
  { values, plain = false }: { values: KnownValues; plain?: boolean },
): void {
  look(input, NormalizedSchema.of(schema as never), false);

  function look(value: unknown, of: NormalizedSchema, counts: boolean): void {
    if (value === undefined || value === null) return;
    if (typeof value === 'string') {
      if (of.getMergedTraits().sensitive) values.add(value);
      else if (counts) values.addPlain(value);
    } else if (of.isListSchema() && Array.isArray(value)) {
      const entry = of.getValueSchema();
      for (const one of value) look(one, entry, counts);
    } else if (of.isMapSchema()) {
      const entry = of.getValueSchema();
      for (const one of Object.values(value)) look(one, entry, plain);
    } else if (of.isStructSchema()) {
      for (const [name, member] of of.structIterator()) {
        const isPlain = of.getName() === 'KeyValuePair' ? name === 'value' : plainLists.has(name);
        look((value as Record<string, unknown>)[name], member, plain && isPlain);
      }
    }
  }
}

// --- internal ---

/**
 * Members of a container definition that often contain secrets; see also model/plaintext-secrets.
 */
const plainLists = new Set(['command', 'entryPoint']);
