import type { Question } from '../access.ts';
import { listOf, passRoles, requestTags, tagging, textOf } from '../condition-keys.ts';
import type { Call } from '../service.ts';
import type { CodeDeployWorld } from './store.ts';

/**
 * The permissions that a role needs for a request (service authorization reference of CodeDeploy).
 */
export function questionsOf(
  world: CodeDeployWorld,
  operation: string,
  input: Record<string, unknown>,
  { region }: Call,
): Question[] {
  const { account, partition } = world.environment;
  const arnOf = (resource: string): string =>
    `arn:${partition}:codedeploy:${region}:${account}:${resource}`;
  const application = textOf(input.applicationName);
  const ofApplication = { resource: arnOf(`application:${application}`) };
  const ofGroup = (group: unknown, name = application): Question => ({
    resource: arnOf(`deploymentgroup:${name}/${textOf(group)}`),
  });
  const creation = ({ resource }: Question): Question[] => [
    { resource, context: requestTags(input.tags) },
    ...tagging('codedeploy:TagResource', resource, input.tags),
  ];

  switch (operation) {
    case 'CreateApplication':
      return creation(ofApplication);
    case 'ListDeploymentGroups':
      return [ofApplication];
    case 'CreateDeploymentGroup':
      return [
        ...creation(ofGroup(input.deploymentGroupName)),
        ...passRoles(world.environment, [input.serviceRoleArn], 'codedeploy.amazonaws.com'),
      ];
    case 'GetDeploymentGroup':
      return [ofGroup(input.deploymentGroupName)];
    case 'BatchGetDeploymentGroups':
      return listOf(input.deploymentGroupNames).map((group) => ofGroup(group));
    case 'CreateDeployment': {
      const group = world.region(region).applications.get(application);
      const members = group?.groups.get(textOf(input.deploymentGroupName))?.members;
      const config = textOf(members?.deploymentConfigName) || 'CodeDeployDefault.ECSAllAtOnce';
      return [
        ofGroup(input.deploymentGroupName),
        { action: 'codedeploy:GetDeploymentConfig', resource: arnOf(`deploymentconfig:${config}`) },
        { ...ofApplication, action: 'codedeploy:GetApplicationRevision' },
        { ...ofApplication, action: 'codedeploy:RegisterApplicationRevision' },
      ];
    }
    case 'GetDeployment': {
      const deployment = world.region(region).deployments.get(textOf(input.deploymentId));
      // The group of a nonexistent deployment is unknown: the operation reports it.
      return deployment ? [ofGroup(deployment.group.name, deployment.application)] : [];
    }
    default:
      return [{ resource: '*' }];
  }
}
