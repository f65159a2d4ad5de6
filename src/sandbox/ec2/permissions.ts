import type { Question } from '../access.ts';
import { listOf, membersOf, textOf } from '../condition-keys.ts';
import type { Call, Environment } from '../service.ts';

/** The permissions that a role needs for a request (service authorization reference of EC2). */
export function questionsOf(
  { account, partition }: Environment,
  operation: string,
  input: Record<string, unknown>,
  { region }: Call,
): Question[] {
  const types = Object.hasOwn(resources, operation) ? resources[operation] : undefined;
  // Describe calls have no resource types: with permission, they return everything.
  if (!types) return [{ resource: '*' }];
  const named = { ...membersOf(listOf(input.NetworkInterface)[0]), ...input };
  return types.flatMap(([type, member]) => {
    const value = member === undefined ? '*' : named[member];
    const ids = Array.isArray(value) ? value.map(textOf) : [textOf(value)];
    // The ARN of an image does not contain its owner.
    const owner = type === 'image' ? '' : account;
    return ids
      .filter((id) => id !== '')
      .map((id) => ({ resource: `arn:${partition}:ec2:${region}:${owner}:${type}/${id}` }));
  });
}

// --- internal ---

/** Resource types of an operation, and the member that names the resource: none for new ones. */
const resources: Readonly<Record<string, readonly (readonly [type: string, member?: string])[]>> = {
  CreateVpc: [['vpc']],
  ModifyVpcAttribute: [['vpc', 'VpcId']],
  DescribeVpcAttribute: [['vpc', 'VpcId']],
  CreateSubnet: [['subnet'], ['vpc', 'VpcId']],
  CreateInternetGateway: [['internet-gateway']],
  AttachInternetGateway: [
    ['internet-gateway', 'InternetGatewayId'],
    ['vpc', 'VpcId'],
  ],
  CreateNatGateway: [['natgateway'], ['subnet', 'SubnetId'], ['elastic-ip', 'AllocationId']],
  DeleteNatGateway: [['natgateway', 'NatGatewayId']],
  CreateRouteTable: [['route-table'], ['vpc', 'VpcId']],
  CreateRoute: [['route-table', 'RouteTableId']],
  DeleteRoute: [['route-table', 'RouteTableId']],
  AssociateRouteTable: [
    ['route-table', 'RouteTableId'],
    ['subnet', 'SubnetId'],
  ],
  CreateSecurityGroup: [['security-group'], ['vpc', 'VpcId']],
  AuthorizeSecurityGroupIngress: [['security-group', 'GroupId']],
  AuthorizeSecurityGroupEgress: [['security-group', 'GroupId']],
  RevokeSecurityGroupIngress: [['security-group', 'GroupId']],
  RevokeSecurityGroupEgress: [['security-group', 'GroupId']],
  CreateVpcEndpoint: [
    ['vpc-endpoint'],
    ['vpc', 'VpcId'],
    ['subnet', 'SubnetId'],
    ['security-group', 'SecurityGroupId'],
    ['route-table', 'RouteTableId'],
  ],
  ModifyVpcEndpoint: [
    ['vpc-endpoint', 'VpcEndpointId'],
    ['subnet', 'AddSubnetId'],
    ['security-group', 'AddSecurityGroupId'],
    ['route-table', 'AddRouteTableId'],
  ],
  RunInstances: [
    ['instance'],
    ['image', 'ImageId'],
    ['network-interface'],
    ['volume'],
    ['subnet', 'SubnetId'],
    ['security-group', 'SecurityGroupId'],
  ],
};
