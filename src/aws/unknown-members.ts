import { RegisterTaskDefinitionRequest$ } from '@aws-sdk/client-ecs';
import { NormalizedSchema } from '@smithy/core/schema';

/**
 * Places of members that RegisterTaskDefinition does not know, as far as this release's SDK goes: newer
 * ones, or misspelt ones, which ECS leaves out without a word.
 */
export function unknownMembers(definition: object): string[] {
  return unknownIn(definition, NormalizedSchema.of(RegisterTaskDefinitionRequest$), '');
}

// --- internal ---

function unknownIn(value: unknown, schema: NormalizedSchema, place: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    if (!schema.isListSchema()) return [];
    const entry = schema.getValueSchema();
    return value.flatMap((member, index) => unknownIn(member, entry, `${place}[${index}]`));
  }
  if (!schema.isStructSchema()) return [];
  const known = new Map(schema.structIterator());
  return Object.entries(value).flatMap(([name, member]) => {
    const inner = known.get(name);
    const path = place === '' ? name : `${place}.${name}`;
    return inner ? unknownIn(member, inner, path) : [path];
  });
}
