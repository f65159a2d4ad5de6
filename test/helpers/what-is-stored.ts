import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  DescribeParametersCommand,
  GetParameterHistoryCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-ssm';
import type { Shop } from './scene.ts';

/**
 * All that is stored in AWS under a name: parameters below /NAME, secrets NAME/…, the role NAME with its
 * policies, the family and the service NAME.
 */
export async function whatIsStored(shop: Shop, name: string): Promise<unknown> {
  const [parameters, secrets, role, policies, revisions, service] = await Promise.all([
    parametersOf(shop, name),
    secretsOf(shop, name),
    roleOf(shop, name).catch(() => undefined),
    policiesOf(shop, name),
    revisionsOf(shop, name),
    serviceOf(shop, name).catch(() => undefined),
  ]);
  return { parameters, secrets, role, policies, revisions, service };
}

// --- internal ---

async function parametersOf({ ssm }: Shop, name: string): Promise<unknown> {
  const ParameterFilters = [{ Key: 'Path', Option: 'Recursive', Values: [`/${name}`] }];
  const { Parameters = [] } = await ssm.send(new DescribeParametersCommand({ ParameterFilters }));
  return Promise.all(
    Parameters.map(async ({ Name = '', Description }) => {
      const history = new GetParameterHistoryCommand({ Name, WithDecryption: true });
      const { Parameters: versions = [] } = await ssm.send(history);
      const tags = { ResourceType: 'Parameter' as const, ResourceId: Name };
      const { TagList } = await ssm.send(new ListTagsForResourceCommand(tags));
      return { Name, Description, values: versions.map(({ Value }) => Value), TagList };
    }),
  );
}

async function secretsOf({ secrets }: Shop, name: string): Promise<unknown> {
  const Filters = [{ Key: 'name' as const, Values: [`${name}/`] }];
  const list = new ListSecretsCommand({ Filters, IncludePlannedDeletion: true });
  const { SecretList = [] } = await secrets.send(list);
  return Promise.all(
    SecretList.map(async ({ Name, ARN: SecretId }) => {
      const secret = await secrets.send(new DescribeSecretCommand({ SecretId }));
      const all = new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true });
      const { Versions = [] } = await secrets.send(all);
      const value = await secrets
        .send(new GetSecretValueCommand({ SecretId }))
        .then(({ SecretString }) => SecretString)
        .catch(() => undefined);
      return {
        Name,
        value,
        description: secret.Description,
        tags: secret.Tags,
        deleted: secret.DeletedDate !== undefined,
        labels: Object.values(secret.VersionIdsToStages ?? {})
          .map((labels) => labels.join())
          .sort(),
        versions: Versions.length,
      };
    }),
  );
}

async function roleOf({ iam }: Shop, RoleName: string): Promise<unknown> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  const inline = await Promise.all(
    PolicyNames.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
  );
  return {
    trust: decoded(Role?.AssumeRolePolicyDocument),
    description: Role?.Description,
    tags: Role?.Tags,
    boundary: Role?.PermissionsBoundary,
    inline: inline.map(({ PolicyName, PolicyDocument }) => [PolicyName, decoded(PolicyDocument)]),
    attached: attached.AttachedPolicies?.map(({ PolicyArn }) => PolicyArn),
  };
}

/** The policies that `role create` makes for a role of this name. */
async function policiesOf({ iam }: Shop, name: string): Promise<unknown> {
  const found = await Promise.all(
    [1, 2, 3].map(async (index) => {
      const PolicyArn = `arn:aws:iam::123456789012:policy/${name}-ecs-secrets-${index}`;
      const policy = await iam.send(new GetPolicyCommand({ PolicyArn })).catch(() => undefined);
      if (!policy) return undefined;
      const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
      const { DefaultVersionId: VersionId, AttachmentCount } = policy.Policy ?? {};
      const version = new GetPolicyVersionCommand({ PolicyArn, VersionId });
      const { PolicyVersion } = await iam.send(version);
      const document = decoded(PolicyVersion?.Document);
      return { document, versions: Versions.length, AttachmentCount };
    }),
  );
  return found.filter((policy) => policy !== undefined);
}

async function revisionsOf({ ecs }: Shop, familyPrefix: string): Promise<unknown> {
  const statuses = ['ACTIVE', 'INACTIVE', 'DELETE_IN_PROGRESS'] as const;
  const lists = await Promise.all(
    statuses.map(async (status) => {
      const list = new ListTaskDefinitionsCommand({ familyPrefix, status });
      return (await ecs.send(list)).taskDefinitionArns ?? [];
    }),
  );
  return Promise.all(
    lists.flat().map(async (taskDefinition) => {
      const found = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
      const { status, containerDefinitions } = found.taskDefinition ?? {};
      return { taskDefinition, status, containerDefinitions };
    }),
  );
}

async function serviceOf({ ecs }: Shop, service: string): Promise<unknown> {
  const describe = new DescribeServicesCommand({ cluster: 'shop', services: [service] });
  const { services = [] } = await ecs.send(describe);
  return services[0]?.taskDefinition;
}

function decoded(document: string | undefined): string {
  return decodeURIComponent(document ?? '');
}
