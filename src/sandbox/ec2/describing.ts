import { matchesWildcard } from '../../model/roles/wildcard.ts';
import { integer, list, optional, structure, text, type Field } from '../protocol/input.ts';
import { page, sortBy } from '../protocol/page.ts';
import { ServiceError } from '../service.ts';

/** The filters of a Describe call: the values of a resource for each filter name. */
export type Filters<T> = Readonly<Record<string, (thing: T) => readonly (string | boolean)[]>>;

interface FilterInput {
  Name: string;
  Value: string[] | undefined;
}

/** Members of every Describe request except the IDs. */
export const selection = {
  Filter: optional(
    list(structure({ Name: text(1), Value: optional(list(text())) })) as Field<FilterInput[]>,
  ),
  MaxResults: optional(integer(5, 1000)),
  NextToken: optional(text(1)),
};

/** IDs in a request; EC2 numbers them under the singular name. */
export const ids = optional(list(text(1)));

/**
 * Returns a page of resources: those with the given IDs (`find` throws for a missing one) that
 * match every filter. Throws InvalidParameterValue for a filter that EC2, or this sandbox, does not
 * support.
 */
export function select<T extends { id: string }>(
  things: ReadonlyMap<string, T>,
  wanted: readonly string[] | undefined,
  find: (id: string) => T,
  filters: Filters<T>,
  input: {
    Filter: FilterInput[] | undefined;
    MaxResults: number | undefined;
    NextToken: string | undefined;
  },
): { items: T[]; nextToken: string | undefined } {
  const tests = (input.Filter ?? []).map(({ Name, Value = [] }) => {
    const valuesOf = Object.hasOwn(filters, Name) ? filters[Name] : undefined;
    if (!valuesOf) {
      throw new ServiceError('InvalidParameterValue', `The filter '${Name}' is invalid`);
    }
    return (thing: T) =>
      valuesOf(thing).some((value) =>
        Value.some((pattern) => matchesWildcard(pattern, String(value))),
      );
  });
  const candidates = wanted && wanted.length > 0 ? wanted.map(find) : [...things.values()];
  const matching = [...new Set(candidates)].filter((thing) => tests.every((test) => test(thing)));
  const sorted = sortBy(matching, ({ id }) => id);
  const cut = page(sorted, ({ id }) => id, input.NextToken, input.MaxResults ?? 1000);
  if (!cut) throw new ServiceError('InvalidNextToken', 'The token is invalid.');
  return { items: cut.items, nextToken: cut.next };
}
