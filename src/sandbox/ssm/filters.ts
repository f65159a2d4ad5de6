import { list, oneOf, optional, structure, text, type Input } from '../protocol/input.ts';
import { page, sortBy, type Page } from '../protocol/page.ts';
import { ServiceError } from '../service.ts';
import { invalid } from './names.ts';
import { latest, type Parameter } from './store.ts';

const members = {
  Key: text(1, 132, /^(tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)$/),
  Option: optional(text(1, 10)),
  Values: optional(list(text(1, 1024), 1, 50)),
};

/** A filter of DescribeParameters or GetParametersByPath. */
export const filterShape = structure(members);
export type Filter = Input<typeof members>;

/** A filter of DescribeParameters in the old form, which `ParameterFilters` replaced. */
export const oldFilterShape = structure({
  Key: oneOf(['Name', 'Type', 'KeyId']),
  Values: list(text(1, 1024), 1, 50),
});

/**
 * Parameters that match all filters, sorted by name. Throws InvalidFilterKey, InvalidFilterOption,
 * InvalidFilterValue or ValidationException for an unsupported filter.
 */
export function select(
  parameters: Iterable<Parameter>,
  filters: readonly Filter[],
  validKeys: readonly string[],
): Parameter[] {
  checkFilters(filters, validKeys);
  return sortBy(parameters, ({ name }) => name).filter((parameter) =>
    filters.every((filter) => matches(parameter, filter)),
  );
}

/** Whether a parameter is below a path, at any level or only at the next one. */
export function isUnder(name: string, path: string, recursive: boolean): boolean {
  const prefix = path.endsWith('/') ? path : `${path}/`;
  const full = name.startsWith('/') ? name : `/${name}`;
  if (!full.startsWith(prefix)) return false;
  return recursive || !full.slice(prefix.length).includes('/');
}

/** Returns a page of named items; throws InvalidNextToken. */
export function pageOf<T extends { name: string }>(
  items: readonly T[],
  token: string | undefined,
  size: number,
): Page<T> {
  const cut = page(items, ({ name }) => name, token, size);
  if (!cut) throw new ServiceError('InvalidNextToken', 'The specified token is not valid.');
  return cut;
}

// --- internal ---

function checkFilters(filters: readonly Filter[], validKeys: readonly string[]): void {
  const keys = new Set<string>();
  for (const { Key, Option, Values = [] } of filters) {
    if (keys.has(Key)) {
      throw new ServiceError(
        'InvalidFilterKey',
        `The following filter is duplicated in the request: ${Key}. A request can contain only one occurrence of a specific filter.`,
      );
    }
    keys.add(Key);
    const tagged = Key.startsWith('tag:') && validKeys.includes('Name');
    if (!tagged && !validKeys.includes(Key)) {
      throw new ServiceError(
        'InvalidFilterKey',
        `The following filter key is not valid: ${Key}. Valid filter keys include: [${validKeys.join(', ')}].`,
      );
    }
    const options =
      Key === 'Path'
        ? ['Recursive', 'OneLevel']
        : ['Equals', 'BeginsWith', ...(Key === 'Name' ? ['Contains'] : [])];
    if (Option !== undefined && !options.includes(Option)) {
      throw new ServiceError(
        'InvalidFilterOption',
        `The following filter option is not valid: ${Option}. Valid options include: [${options.join(', ')}].`,
      );
    }
    if (!tagged && Values.length === 0) {
      throw new ServiceError('InvalidFilterValue', `The filter ${Key} has no value.`);
    }
    if (Key === 'Path' && Values.some((value) => !value.startsWith('/'))) {
      throw invalid(
        'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/".',
      );
    }
  }
}

function matches(parameter: Parameter, filter: Filter): boolean {
  const { Key, Option = 'Equals', Values = [] } = filter;
  if (Key === 'Path') {
    return Values.some((path) => isUnder(parameter.name, path, filter.Option === 'Recursive'));
  }
  if (Key === 'Label') {
    return parameter.versions.some(({ labels }) => Values.some((label) => labels.has(label)));
  }
  if (Key.startsWith('tag:')) {
    const value = parameter.tags.get(Key.slice('tag:'.length));
    if (value === undefined) return false;
    return Values.length === 0 || Values.some((wanted) => compares(value, wanted, Option));
  }
  const version = latest(parameter);
  const actual = {
    Name: parameter.name,
    Type: version.type,
    KeyId: version.keyId,
    Tier: version.tier,
    DataType: version.dataType,
  }[Key];
  if (actual === undefined) return false;
  return Values.some((wanted) => {
    // `/foo` and `foo` are the same parameter.
    const single = Key === 'Name' && Option === 'Equals' && wanted.lastIndexOf('/') === 0;
    return compares(actual, single ? wanted.slice(1) : wanted, Option);
  });
}

function compares(actual: string, wanted: string, option: string): boolean {
  if (option === 'BeginsWith') return actual.startsWith(wanted);
  return option === 'Contains' ? actual.includes(wanted) : actual === wanted;
}
