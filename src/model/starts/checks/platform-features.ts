import { readUse, secretUses, type SecretUse } from '../../definitions/secret-uses.ts';
import type { TaskDefinition } from '../../definitions/task-definition.ts';
import { ecrImage } from '../../definitions/ecr-image.ts';

/** A feature that some agents or platform versions do not support. */
export interface Feature {
  /** For messages: what they must support. */
  name: string;
  /** The first version of the ECS agent that supports it. */
  agent: string;
  /** Attributes of such agents, required by ECS for placement. Empty if ECS does not check them. */
  attributes: readonly string[];
  /** The first platform version of Fargate on Linux that supports it; undefined for all. */
  fargate: string | undefined;
  /**
   * Fargate on Windows has only one platform version, which supports it; `unknown` if undocumented.
   */
  fargateWindows?: 'unknown';
}

/** A feature that a task definition uses, and where. */
export interface RequiredFeature extends Feature {
  /** For example `containerDefinitions[0].secrets[1].valueFrom`. */
  places: readonly string[];
}

/** The attribute of agents that use the execution role's credentials in the log driver. */
export const awslogsAttribute = 'ecs.capability.execution-role-awslogs';

/**
 * The features of a task definition that need a certain version of the agent (its changelog and
 * `agent_capability.go`) or of Fargate (ECS guide: secrets, private registries, FireLens).
 */
export function requiredFeatures(definition: TaskDefinition): RequiredFeature[] {
  const uses = secretUses(definition);
  const of = (kind: SecretUse['kind'], store: string): string[] =>
    uses
      .filter((use) => use.kind === kind && readUse(use)?.store === store)
      .map(({ place }) => place);
  const withRole = definition.executionRoleArn !== undefined && definition.executionRoleArn !== '';
  const found: RequiredFeature[] = [
    { ...features.awslogs, places: withRole ? logPlaces(definition, 'awslogs') : [] },
    { ...features.ecr, places: withRole ? ecrPlaces(definition) : [] },
    {
      ...features.privateRegistry,
      places: uses.filter(({ kind }) => kind === 'repositoryCredentials').map(({ place }) => place),
    },
    { ...features.parameterVariables, places: of('secrets', 'parameter-store') },
    { ...features.secretVariables, places: of('secrets', 'secrets-manager') },
    { ...features.parameterOptions, places: of('secretOptions', 'parameter-store') },
    { ...features.secretOptions, places: of('secretOptions', 'secrets-manager') },
    { ...features.parts, places: uses.filter(takesPart).map(({ place }) => place) },
    ...firelens(definition),
  ];
  return found.filter(({ places }) => places.length > 0);
}

// --- internal ---

const features = {
  awslogs: {
    name: 'awslogs under the execution role',
    agent: '1.16.0',
    attributes: [awslogsAttribute],
    fargate: undefined,
  },
  ecr: {
    name: 'images of Amazon ECR under the execution role',
    agent: '1.16.0',
    attributes: ['ecs.capability.execution-role-ecr-pull'],
    fargate: undefined,
  },
  privateRegistry: {
    name: 'repository credentials',
    agent: '1.19.0',
    attributes: ['ecs.capability.private-registry-authentication.secretsmanager'],
    fargate: '1.2.0',
  },
  parameterVariables: {
    name: 'variables from Parameter Store',
    agent: '1.22.0',
    attributes: ['ecs.capability.secrets.ssm.environment-variables'],
    fargate: '1.3.0',
  },
  secretVariables: {
    name: 'variables from Secrets Manager',
    agent: '1.23.0',
    attributes: ['ecs.capability.secrets.asm.environment-variables'],
    fargate: '1.3.0',
  },
  parameterOptions: {
    name: 'log options from Parameter Store',
    agent: '1.27.0',
    attributes: ['ecs.capability.secrets.ssm.bootstrap.log-driver'],
    fargate: '1.3.0',
  },
  secretOptions: {
    name: 'log options from Secrets Manager',
    agent: '1.27.0',
    attributes: ['ecs.capability.secrets.asm.bootstrap.log-driver'],
    fargate: '1.3.0',
  },
  parts: {
    name: 'JSON keys, version stages and version ids of secrets',
    agent: '1.37.0',
    attributes: [],
    fargate: '1.4.0',
  },
} as const satisfies Record<string, Feature>;

/**
 * Whether a reference has a suffix after the secret's ARN; registry credentials cannot have one.
 */
function takesPart(use: SecretUse): boolean {
  const reference = use.kind === 'repositoryCredentials' ? undefined : readUse(use);
  if (reference?.store !== 'secrets-manager') return false;
  return [reference.jsonKey, reference.versionStage, reference.versionId].some(Boolean);
}

function firelens(definition: TaskDefinition): RequiredFeature[] {
  const drivers = logPlaces(definition, 'awsfirelens');
  const routers = definition.containerDefinitions.flatMap(
    ({ firelensConfiguration: router }, at) =>
      typeof router === 'object' && router !== null
        ? [{ place: `containerDefinitions[${at}].firelensConfiguration`, router }]
        : [],
  );
  const types = routers.flatMap(({ router }) =>
    'type' in router && typeof router.type === 'string' ? [router.type] : [],
  );
  return [
    {
      name: 'FireLens',
      agent: '1.30.0',
      attributes: [
        ...(drivers.length > 0 ? ['com.amazonaws.ecs.capability.logging-driver.awsfirelens'] : []),
        ...new Set(types.map((type) => `ecs.capability.firelens.${type}`)),
      ],
      fargate: '1.3.0',
      fargateWindows: 'unknown',
      places: [...routers.map(({ place }) => place), ...drivers],
    },
  ];
}

function logPlaces({ containerDefinitions }: TaskDefinition, driver: string): string[] {
  return containerDefinitions.flatMap(({ logConfiguration }, at) =>
    logConfiguration?.logDriver === driver
      ? [`containerDefinitions[${at}].logConfiguration.logDriver`]
      : [],
  );
}

function ecrPlaces({ containerDefinitions }: TaskDefinition): string[] {
  return containerDefinitions.flatMap(({ image = '' }, at) =>
    ecrImage(image) ? [`containerDefinitions[${at}].image`] : [],
  );
}
