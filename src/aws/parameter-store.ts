import {
  AddTagsToResourceCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { isAwsError } from '../errors.ts';
import type { Tag, Tier } from '../model/secret-rules.ts';
import { SecretValue } from '../model/secret-value.ts';
import { clientSettings, supervised, type AwsConfig } from './client.ts';

/** A parameter with its value. */
export interface ReadParameter {
  name: string;
  arn: string;
  version: number;
  /** `SecureString`, `String` or `StringList`. */
  type: string;
  value: SecretValue;
}

/** What Parameter Store tells of a parameter without its value. */
export interface ParameterDescription {
  name: string;
  arn: string | undefined;
  type: string;
  version: number;
  /** As given at the last write: alias, id or ARN; undefined for a plain String. */
  kmsKeyId: string | undefined;
  tier: Tier | undefined;
  description: string | undefined;
  allowedPattern: string | undefined;
  /** JSON of its policies (advanced parameters); undefined for none. */
  policies: string | undefined;
  dataType: string | undefined;
  changedAt: Date | undefined;
}

/** What a write sets besides the value; undefined is left to Parameter Store. */
export interface ParameterAttributes {
  kmsKeyId?: string | undefined;
  tier?: Tier | undefined;
  description?: string | undefined;
  allowedPattern?: string | undefined;
  policies?: string | undefined;
  dataType?: string | undefined;
}

/** Parameter Store, in the calls this tool makes. */
export interface ParameterStore {
  /** The value of a version, or the current one, decrypted; undefined when there is none. */
  read(name: string, version?: number): Promise<ReadParameter | undefined>;
  /** Descriptions by name, of those that exist; 50 names a call. */
  describe(names: readonly string[]): Promise<Map<string, ParameterDescription>>;
  /** A new SecureString. Throws AwsError ParameterAlreadyExists. */
  create(
    name: string,
    value: SecretValue,
    attributes: ParameterAttributes,
    tags: readonly Tag[],
  ): Promise<{ version: number }>;
  /** A new version. Attributes left undefined may be reset by AWS: pass on what is to be kept. */
  overwrite(
    name: string,
    value: SecretValue,
    attributes: ParameterAttributes,
  ): Promise<{ version: number }>;
  tags(name: string): Promise<Tag[]>;
  addTags(name: string, tags: readonly Tag[]): Promise<void>;
}

/** Makes the Parameter Store gateway for a region. */
export function createParameterStore(config: AwsConfig, region?: string): ParameterStore {
  const client = supervised(new SSMClient(clientSettings(config, region)), 'ssm', config);
  const put = async (
    name: string,
    value: SecretValue,
    { kmsKeyId, tier, description, allowedPattern, policies, dataType }: ParameterAttributes,
    more: { Overwrite?: boolean; Tags?: { Key: string; Value: string }[] },
  ): Promise<{ version: number }> => {
    const { Version } = await client.send(
      new PutParameterCommand({
        Name: name,
        Value: value.reveal(),
        Type: 'SecureString',
        KeyId: kmsKeyId,
        Tier: tier,
        Description: description,
        AllowedPattern: allowedPattern,
        Policies: policies,
        DataType: dataType,
        ...more,
      }),
    );
    return { version: Version ?? 0 };
  };

  return {
    async read(name, version) {
      try {
        const { Parameter } = await client.send(
          new GetParameterCommand({
            Name: version === undefined ? name : `${name}:${version}`,
            WithDecryption: true,
          }),
        );
        return {
          name: Parameter?.Name ?? name,
          arn: Parameter?.ARN ?? '',
          version: Parameter?.Version ?? 0,
          type: Parameter?.Type ?? '',
          value: new SecretValue(Parameter?.Value ?? ''),
        };
      } catch (error) {
        if (isAwsError(error, 'ParameterNotFound', 'ParameterVersionNotFound')) return undefined;
        throw error;
      }
    },

    async describe(names) {
      const found = new Map<string, ParameterDescription>();
      for (let start = 0; start < names.length; start += 50) {
        const batch = names.slice(start, start + 50);
        let token: string | undefined;
        do {
          const page = await client.send(
            new DescribeParametersCommand({
              ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: batch }],
              MaxResults: 50,
              NextToken: token,
            }),
          );
          for (const parameter of page.Parameters ?? []) {
            const name = parameter.Name ?? '';
            found.set(name, {
              name,
              arn: parameter.ARN,
              type: parameter.Type ?? '',
              version: parameter.Version ?? 0,
              kmsKeyId: parameter.KeyId,
              tier: parameter.Tier,
              description: parameter.Description,
              allowedPattern: parameter.AllowedPattern,
              policies: policiesOf(parameter.Policies),
              dataType: parameter.DataType,
              changedAt: parameter.LastModifiedDate,
            });
          }
          token = page.NextToken;
        } while (token);
      }
      return found;
    },

    create(name, value, attributes, tags) {
      return put(name, value, attributes, tags.length > 0 ? { Tags: toAws(tags) } : {});
    },

    overwrite(name, value, attributes) {
      return put(name, value, attributes, { Overwrite: true });
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
  };
}

// --- internal ---

/** The policies as PutParameter takes them: one list of the documents that DescribeParameters splits. */
function policiesOf(policies: readonly { PolicyText?: string }[] | undefined): string | undefined {
  const texts = (policies ?? []).flatMap(({ PolicyText }) => PolicyText ?? []);
  return texts.length === 0 ? undefined : `[${texts.join(',')}]`;
}

function toAws(tags: readonly Tag[]): { Key: string; Value: string }[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
