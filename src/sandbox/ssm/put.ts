import { callerArn } from '../access.ts';
import {
  flag,
  list,
  oneOf,
  operation,
  optional,
  tag,
  text,
  type Input,
} from '../protocol/input.ts';
import { ServiceError, type Call, type Operation } from '../service.ts';
import { announce } from './announce.ts';
import { invalid, parameterArn, parameterName } from './names.ts';
import { checkDataType } from './data-types.ts';
import { readPolicies } from './policies.ts';
import {
  latest,
  opaqueCiphertext,
  type Parameter,
  type SsmWorld,
  type Version,
  type ParameterPolicy,
} from './store.ts';
import { withTags } from './tags.ts';

const mostVersions = 100;
const mostParameters = { Standard: 10_000, Advanced: 100_000 };
/** Bytes of a value (SSM guide, "Managing parameter tiers"). */
const mostBytes = { Standard: 4096, Advanced: 8192 };

const shape = {
  Name: text(1, 2048),
  Value: text(1),
  Type: optional(oneOf(['String', 'StringList', 'SecureString'])),
  Description: optional(text(0, 1024)),
  KeyId: optional(text(1, 256, /^([a-zA-Z0-9:/_-]+)$/)),
  Overwrite: optional(flag),
  AllowedPattern: optional(text(0, 1024)),
  Tags: optional(list(tag, 0, 1000)),
  Tier: optional(oneOf(['Standard', 'Advanced', 'Intelligent-Tiering'])),
  Policies: optional(text(1, 4096)),
  DataType: optional(text(0, 128)),
};
type Put = Input<typeof shape>;

/** PutParameter. */
export function putOperation(world: SsmWorld): Operation {
  const { environment } = world;
  return operation(shape, (input, call) => {
    const store = world.region(call.region);
    const name = parameterName(input.Name, call.region, environment);
    const arn = parameterArn(name, call.region, environment);
    const existing = store.get(name);
    checkRequest(input, existing);

    const before = existing && latest(existing);
    const type = input.Type ?? before?.type;
    if (type === undefined) {
      throw invalid('A parameter type is required when you create a parameter.');
    }
    const tier = chooseTier(input, before?.tier);
    const sent = input.Policies === undefined ? undefined : readPolicies(input.Policies);
    checkValue(input, tier, sent);
    checkDataType(input.Value, input.DataType ?? 'text');
    const version: Version = {
      version: (before?.version ?? 0) + 1,
      type,
      value: input.Value,
      ciphertext: type === 'SecureString' ? opaqueCiphertext() : '',
      keyId: keyFor(world, call, input, { type, tier, arn }),
      description: input.Description,
      allowedPattern: input.AllowedPattern,
      // "All existing policies are preserved until you send new policies or an empty policy."
      policies: sent ?? before?.policies ?? [],
      tier,
      dataType: input.DataType ?? 'text',
      modified: new Date(environment.now()),
      user: callerArn(environment, call),
      labels: new Set(),
    };

    if (existing) {
      dropOldest(existing);
      existing.versions.push(version);
    } else {
      checkCount(store.values(), tier, store.size);
      store.set(name, {
        name,
        arn,
        versions: [version],
        tags: withTags(new Map(), input.Tags ?? []),
      });
    }
    announce(environment, call, existing ? 'Update' : 'Create', { name, arn, ...version });
    return { Version: version.version, Tier: tier };
  });
}

// --- internal ---

function checkRequest(input: Put, existing: Parameter | undefined): void {
  if (input.Overwrite && input.Tags && input.Tags.length > 0) {
    throw invalid(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  const open = input.Value.indexOf('{{');
  if (open >= 0 && input.Value.includes('}}', open + 2)) {
    throw invalid('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.');
  }
  if (existing && !input.Overwrite) {
    throw new ServiceError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  if (existing && input.Type !== undefined && input.Type !== latest(existing).type) {
    throw new ServiceError(
      'HierarchyTypeMismatchException',
      "Parameter Store does not support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.",
    );
  }
}

function chooseTier(input: Put, before: Version['tier'] | undefined): Version['tier'] {
  if (input.Tier === 'Standard' && before === 'Advanced') {
    throw invalid(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    );
  }
  if (input.Tier === 'Intelligent-Tiering') {
    const needed =
      Buffer.byteLength(input.Value) > mostBytes.Standard || input.Policies !== undefined;
    return before === 'Advanced' || needed ? 'Advanced' : 'Standard';
  }
  return input.Tier ?? before ?? 'Standard';
}

function checkValue(
  input: Put,
  tier: Version['tier'],
  policies: readonly ParameterPolicy[] | undefined,
): void {
  const limit = mostBytes[tier];
  if (Buffer.byteLength(input.Value) > limit) {
    const more =
      tier === 'Standard'
        ? ' To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.'
        : '';
    throw invalid(
      `${tier} tier parameters support a maximum parameter value of ${limit} characters.${more}`,
    );
  }
  if (tier === 'Standard' && policies !== undefined) {
    throw invalid('Parameter policies are for parameters of the advanced tier only.');
  }
  if (input.AllowedPattern) {
    let pattern: RegExp;
    try {
      pattern = new RegExp(input.AllowedPattern);
    } catch {
      throw new ServiceError(
        'InvalidAllowedPatternException',
        'The allowed pattern is not a valid regular expression.',
      );
    }
    if (!pattern.test(input.Value)) {
      throw new ServiceError(
        'ParameterPatternMismatchException',
        `Parameter value, cannot be validated against allowedPattern: ${input.AllowedPattern}`,
      );
    }
  }
}

function keyFor(
  world: SsmWorld,
  call: Call,
  input: Put,
  { type, tier, arn }: Pick<Version, 'type' | 'tier'> & { arn: string },
): string | undefined {
  if (type !== 'SecureString') {
    if (input.KeyId !== undefined) {
      throw invalid('KeyId is required for SecureString type parameter only.');
    }
    return undefined;
  }
  // The cautious interpretation of AWS's unclear documentation: a key that is not resent is lost.
  const keyId = input.KeyId ?? 'alias/aws/ssm';
  const key = world.keys.find(call.region, keyId);
  if (!key) throw new ServiceError('InvalidKeyId', `Invalid keyId ${keyId}`);
  world.keys.authorize(call, key, {
    action: tier === 'Standard' ? 'kms:Encrypt' : 'kms:GenerateDataKey',
    via: 'ssm',
    encryptionContext: { PARAMETER_ARN: arn },
  });
  const hindrance = world.keys.hindrance(key);
  if (hindrance !== undefined) throw new ServiceError('InvalidKeyId', hindrance);
  return keyId;
}

function dropOldest(parameter: Parameter): void {
  const oldest = parameter.versions[0];
  if (parameter.versions.length < mostVersions || !oldest) return;
  if (oldest.labels.size > 0) {
    throw new ServiceError(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${parameter.name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    );
  }
  parameter.versions.shift();
}

function checkCount(parameters: Iterable<Parameter>, tier: Version['tier'], size: number): void {
  const limit = mostParameters[tier];
  if (size < limit) return;
  const count = [...parameters].filter((parameter) => latest(parameter).tier === tier).length;
  if (count >= limit) {
    throw new ServiceError(
      'ParameterLimitExceeded',
      `The account has ${limit} ${tier.toLowerCase()} parameters, as many as it may have.`,
    );
  }
}
