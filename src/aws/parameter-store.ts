import {
  AddTagsToResourceCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  RemoveTagsFromResourceCommand,
  SSMClient,
  type ParameterStringFilter,
} from '@aws-sdk/client-ssm';
import pMap from 'p-map';
import { Interrupted, isAwsError, isUncertain } from '../errors.ts';
import { batches } from '../model/batches.ts';
import type { Tag } from '../model/secrets/secret-rules.ts';
import type { SecretValue } from '../model/secrets/secret-value.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';
import {
  describedParameter,
  parameterVersion,
  readParameter,
  type ParameterDescription,
  type ParameterVersion,
  type ReadParameter,
} from './parameter-answers.ts';
import { attemptsOf } from './calls/retries.ts';
import { createPut, type ParameterAttributes } from './parameter-writes.ts';

export type { ParameterDescription, ParameterVersion, ReadParameter } from './parameter-answers.ts';

/** Which parameters to list: those below a path, those with a name prefix, or all. */
export type ParameterFilter = { path: string } | { beginsWith: string } | undefined;

/** The Parameter Store calls that this tool makes. */
export interface ParameterStore {
  /**
   * The decrypted value of a version (number or label), or the current one; undefined if there is
   * none.
   */
  read(name: string, version?: number | string): Promise<ReadParameter | undefined>;
  /**
   * The decrypted values of up to 10 names, each the current one or, with `:VERSION` or `:LABEL` after
   * it, that one; omits those that do not exist. Returned names are without version.
   */
  readMany(names: readonly string[]): Promise<ReadParameter[]>;
  /**
   * The decrypted current values of all parameters below a path like `/shop/prod`, or only the
   * versions that have a label (Systems Manager guide, "Working with parameter labels").
   */
  readBelow(path: string, label?: string): Promise<ReadParameter[]>;
  /** Descriptions by name, for those that exist; 50 names per call. */
  describe(names: readonly string[]): Promise<Map<string, ParameterDescription>>;
  /** Descriptions, sorted by name. */
  list(filter: ParameterFilter): Promise<ParameterDescription[]>;
  /** The retained versions, oldest first; undefined if the parameter does not exist. */
  history(name: string): Promise<ParameterVersion[] | undefined>;
  /**
   * Deletes up to 10 parameters; returns the names of those that existed. After a lost answer,
   * those that no longer exist are included too.
   */
  delete(names: readonly string[]): Promise<string[]>;
  /**
   * Creates a SecureString. Throws AwsError ParameterAlreadyExists, and the errors of `overwrite`
   * if the answer was lost.
   */
  create(
    name: string,
    value: SecretValue,
    attributes: ParameterAttributes,
    tags: readonly Tag[],
  ): Promise<{ version: number }>;
  /**
   * Stores a new version in place of version `over`. AWS may reset attributes that are undefined,
   * so pass all that should be kept. If the answer was lost, the versions above `over` are read
   * before a retry. Throws CliError `concurrent-write` if someone else stored a version and we did
   * not, and `uncertain-write` if they cannot be read.
   */
  overwrite(
    name: string,
    value: SecretValue,
    attributes: ParameterAttributes,
    over: number,
  ): Promise<{ version: number }>;
  tags(name: string): Promise<Tag[]>;
  addTags(name: string, tags: readonly Tag[]): Promise<void>;
  /** Keys that it does not have are ignored. */
  removeTags(name: string, keys: readonly string[]): Promise<void>;
}

/** Creates the Parameter Store gateway for a region. */
export function createParameterStore(config: AwsConfig, region?: string): ParameterStore {
  const client = supervised(new SSMClient(clientSettings(config, 'ssm', region)), 'ssm', config);
  const read: ParameterStore['read'] = async (name, version) => {
    try {
      const { Parameter } = await client.send(
        new GetParameterCommand({
          Name: version === undefined ? name : `${name}:${version}`,
          WithDecryption: true,
        }),
      );
      return readParameter(Parameter ?? { Name: name });
    } catch (error) {
      if (isAwsError(error, 'ParameterNotFound', 'ParameterVersionNotFound')) return undefined;
      throw error;
    }
  };

  const attempts = Math.min(5, attemptsOf(config.access.settings).failed);
  const put = createPut(client, read, attempts);

  const describe = async (
    filter: ParameterStringFilter | undefined,
  ): Promise<ParameterDescription[]> => {
    const found: ParameterDescription[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new DescribeParametersCommand({
          ...(filter && { ParameterFilters: [filter] }),
          MaxResults: 50,
          NextToken: token,
        }),
      );
      found.push(...(page.Parameters ?? []).map(describedParameter));
      token = page.NextToken;
    } while (token);
    return found;
  };

  return {
    read,

    async readMany(names) {
      const { Parameters } = await client.send(
        new GetParametersCommand({ Names: [...names], WithDecryption: true }),
      );
      return (Parameters ?? []).map(readParameter);
    },

    async readBelow(path, label) {
      const found: ReadParameter[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new GetParametersByPathCommand({
            Path: path,
            Recursive: true,
            WithDecryption: true,
            ...(label !== undefined && {
              ParameterFilters: [{ Key: 'Label', Option: 'Equals', Values: [label] }],
            }),
            MaxResults: 10,
            NextToken: token,
          }),
        );
        found.push(...(page.Parameters ?? []).map(readParameter));
        token = page.NextToken;
      } while (token);
      return found;
    },

    async describe(names) {
      const found = new Map<string, ParameterDescription>();
      await pMap(
        batches(names, 50),
        async (batch) => {
          const filter = { Key: 'Name', Option: 'Equals', Values: batch };
          for (const one of await describe(filter)) found.set(one.name, one);
        },
        { concurrency: 4 },
      );
      return found;
    },

    async list(filter) {
      const found = await describe(
        filter &&
          ('path' in filter
            ? { Key: 'Path', Option: 'Recursive', Values: [filter.path] }
            : { Key: 'Name', Option: 'BeginsWith', Values: [filter.beginsWith] }),
      );
      return found.sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    async history(name) {
      const versions: ParameterVersion[] = [];
      let token: string | undefined;
      try {
        do {
          const page = await client.send(
            new GetParameterHistoryCommand({ Name: name, MaxResults: 50, NextToken: token }),
          );
          versions.push(...(page.Parameters ?? []).map(parameterVersion));
          token = page.NextToken;
        } while (token);
      } catch (error) {
        if (isAwsError(error, 'ParameterNotFound')) return undefined;
        throw error;
      }
      return versions.sort((a, b) => a.version - b.version);
    },

    async delete(names) {
      const command = new DeleteParametersCommand({ Names: [...names] });
      let isRepetition = false;
      for (let attempt = 1; ; attempt += 1) {
        try {
          const { DeletedParameters = [], InvalidParameters = [] } = await client.send(command);
          // Parameters that no longer exist were deleted by the call whose answer was lost.
          return isRepetition ? [...DeletedParameters, ...InvalidParameters] : DeletedParameters;
        } catch (error) {
          if (!isUncertain(error) || attempt >= Math.min(3, attempts)) throw error;
          if (error instanceof Interrupted) throw error;
          isRepetition = true;
        }
      }
    },

    create(name, value, attributes, tags) {
      const more = tags.length > 0 && { Tags: toAws(tags) };
      return put(name, value, attributes, { over: 0, ...more });
    },

    overwrite(name, value, attributes, over) {
      return put(name, value, attributes, { over, Overwrite: true });
    },

    async tags(name) {
      const { TagList } = await client.send(
        new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name }),
      );
      return (TagList ?? []).map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }));
    },

    async addTags(name, tags) {
      await client.send(
        new AddTagsToResourceCommand({
          ResourceType: 'Parameter',
          ResourceId: name,
          Tags: toAws(tags),
        }),
      );
    },

    async removeTags(name, keys) {
      await client.send(
        new RemoveTagsFromResourceCommand({
          ResourceType: 'Parameter',
          ResourceId: name,
          TagKeys: [...keys],
        }),
      );
    },
  };
}

// --- internal ---

function toAws(tags: readonly Tag[]): { Key: string; Value: string }[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
