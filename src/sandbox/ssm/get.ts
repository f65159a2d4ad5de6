import { flag, integer, list, operation, optional, text } from '../protocol/input.ts';
import { sortBy } from '../protocol/page.ts';
import { ServiceError, type Call, type Operation } from '../service.ts';
import { filterShape, isUnder, oldFilterShape, pageOf, select } from './filters.ts';
import { askedParameter, invalid, parameterName } from './names.ts';
import {
  find,
  getParameter,
  latest,
  readableValue,
  type Found,
  type Parameter,
  type SsmWorld,
  type Version,
} from './store.ts';

const name = text(1, 2048);
const token = optional(text());

/** The operations that read values. */
export function getOperations(world: SsmWorld): Record<string, Operation> {
  function view(call: Call, { parameter, version, selector }: Found, decrypt: boolean): object {
    return {
      Name: parameter.name,
      Type: version.type,
      Value: readableValue(world, call, parameter, version, decrypt),
      Version: version.version,
      Selector: selector === undefined ? undefined : `:${selector}`,
      LastModifiedDate: version.modified,
      ARN: parameter.arn,
      DataType: version.dataType,
    };
  }

  /** The stored name of a parameter requested by name or ARN, without version or label. */
  function historyName(call: Call, written: string): string {
    if (!written.trim().startsWith('arn:')) {
      return parameterName(written, call.region, world.environment);
    }
    const asked = askedParameter(written, call.region, world.environment);
    if (asked?.selector !== undefined) throw invalid(`Invalid parameter name: ${written}`);
    return asked?.name ?? '';
  }

  return {
    GetParameter: operation(
      { Name: name, WithDecryption: optional(flag) },
      ({ Name, WithDecryption = false }, call) => {
        const found = find(world, call, Name);
        if (found === 'parameter') throw new ServiceError('ParameterNotFound', '');
        if (found === 'version') {
          throw new ServiceError(
            'ParameterVersionNotFound',
            `Systems Manager could not find version ${Name.slice(Name.lastIndexOf(':') + 1)} of ${Name.slice(0, Name.lastIndexOf(':'))}. Verify the version and try again.`,
          );
        }
        return { Parameter: view(call, found, WithDecryption) };
      },
    ),

    GetParameters: operation(
      { Names: list(name, 1, 10), WithDecryption: optional(flag) },
      ({ Names, WithDecryption = false }, call) => {
        const found: Found[] = [];
        const missing: string[] = [];
        for (const written of new Set(Names)) {
          const one = find(world, call, written);
          if (typeof one === 'string') missing.push(written);
          else found.push(one);
        }
        const sorted = sortBy(found, ({ parameter }) => parameter.name);
        return {
          Parameters: sorted.map((one) => view(call, one, WithDecryption)),
          InvalidParameters: missing,
        };
      },
    ),

    GetParametersByPath: operation(
      {
        Path: name,
        Recursive: optional(flag),
        WithDecryption: optional(flag),
        ParameterFilters: optional(list(filterShape)),
        MaxResults: optional(integer(1, 10)),
        NextToken: token,
      },
      (input, call) => {
        const { Path, Recursive = false, WithDecryption = false, ParameterFilters = [] } = input;
        if (!Path.startsWith('/')) {
          throw invalid(
            'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/".',
          );
        }
        const all = [...world.region(call.region).values()];
        const below = all.filter((one) => isUnder(one.name, Path, Recursive));
        const labels = ParameterFilters.find(({ Key }) => Key === 'Label')?.Values ?? [];
        const found = select(below, ParameterFilters, ['Type', 'KeyId', 'Label']);
        const { items, next } = pageOf(found, input.NextToken, input.MaxResults ?? 10);
        return {
          Parameters: items.map((parameter) => {
            const version = labelled(parameter, labels);
            return view(call, { parameter, version, selector: undefined }, WithDecryption);
          }),
          NextToken: next,
        };
      },
    ),

    GetParameterHistory: operation(
      {
        Name: name,
        WithDecryption: optional(flag),
        MaxResults: optional(integer(1, 50)),
        NextToken: token,
      },
      (input, call) => {
        const parameter = getParameter(world, call, historyName(call, input.Name));
        const versions = parameter.versions.map((version) => ({
          name: String(version.version).padStart(12, '0'),
          version,
        }));
        const { items, next } = pageOf(versions, input.NextToken, input.MaxResults ?? 50);
        return {
          Parameters: items.map(({ version }) => ({
            ...metadata(parameter, version),
            ARN: undefined,
            Value: readableValue(world, call, parameter, version, input.WithDecryption ?? false),
            Labels: [...version.labels],
          })),
          NextToken: next,
        };
      },
    ),

    DescribeParameters: operation(
      {
        ParameterFilters: optional(list(filterShape)),
        Filters: optional(list(oldFilterShape)),
        MaxResults: optional(integer(1, 50)),
        NextToken: token,
        Shared: optional(flag),
      },
      (input, call) => {
        if (input.Filters && input.ParameterFilters) {
          throw invalid('You can use either Filters or ParameterFilters in a single request.');
        }
        const filters = [
          ...(input.ParameterFilters ?? []),
          ...(input.Filters ?? []).map((filter) => ({ ...filter, Option: 'BeginsWith' })),
        ];
        const valid = ['Path', 'Name', 'Type', 'KeyId', 'Tier', 'DataType'];
        const found = select(world.region(call.region).values(), filters, valid);
        // No parameters are shared by other accounts.
        const visible = input.Shared ? [] : found;
        const { items, next } = pageOf(visible, input.NextToken, input.MaxResults ?? 10);
        return {
          Parameters: items.map((parameter) => metadata(parameter, latest(parameter))),
          NextToken: next,
        };
      },
    ),
  };
}

// --- internal ---

function labelled(parameter: Parameter, labels: readonly string[]): Version {
  const found = parameter.versions.findLast(({ labels: own }) =>
    labels.some((label) => own.has(label)),
  );
  return found ?? latest(parameter);
}

function metadata(parameter: Parameter, version: Version): object {
  return {
    Name: parameter.name,
    ARN: parameter.arn,
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: version.modified,
    LastModifiedUser: version.user,
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Tier: version.tier,
    Policies: version.policies.map((policy) => ({
      PolicyText: JSON.stringify(policy),
      PolicyType: policy.Type,
      PolicyStatus: 'Pending',
    })),
    DataType: version.dataType,
  };
}
