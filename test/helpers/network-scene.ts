import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteNatGatewayCommand,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
  RevokeSecurityGroupEgressCommand,
  type EC2Client,
  type IpPermission,
} from '@aws-sdk/client-ec2';

/** What a network for a task is like. */
export interface NetworkPlan {
  /** Where the default route of each of the task's subnets leads; `stranded-nat` is one without a way out. */
  routes: readonly ('none' | 'igw' | 'nat' | 'stranded-nat' | 'gone-nat' | 'tgw')[];
  publicIp: boolean;
  egress: 'all' | 'none' | 'vpc' | 'endpoint' | 'prefix-list' | 'port-80';
  endpoint: 'none' | 'private-dns' | 'no-private-dns';
  ingress: 'task' | 'vpc' | 'half' | 'none';
  dnsSupport: boolean;
  dnsHostnames: boolean;
}

/** A network as it was made, in the members of `awsvpcConfiguration`. */
export interface MadeNetwork {
  subnets: string[];
  securityGroups: string[];
  assignPublicIp: 'ENABLED' | 'DISABLED';
}

/** Makes a VPC after a plan, with an endpoint for a service if there is to be one. */
export async function makeNetwork(
  ec2: EC2Client,
  plan: NetworkPlan,
  service: string,
): Promise<MadeNetwork> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const VpcId = Vpc!.VpcId!;
  const subnetOf = async (part: number) => {
    const request = {
      VpcId,
      CidrBlock: `10.0.${part}.0/24`,
      AvailabilityZone: `us-east-1${'abc'[part % 3]!}`,
    };
    return (await ec2.send(new CreateSubnetCommand(request))).Subnet!.SubnetId!;
  };
  const groupOf = async (GroupName: string) => {
    const request = { VpcId, GroupName, Description: GroupName };
    return (await ec2.send(new CreateSecurityGroupCommand(request))).GroupId!;
  };
  const set = (attributes: object) =>
    ec2.send(new ModifyVpcAttributeCommand({ VpcId, ...attributes }));
  const routed = async (subnet: string, target: object) => {
    const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
    const RouteTableId = RouteTable!.RouteTableId!;
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId: subnet }));
    if (Object.keys(target).length === 0) return;
    const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', ...target };
    await ec2.send(new CreateRouteCommand(route));
  };

  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const InternetGatewayId = InternetGateway!.InternetGatewayId!;
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  const publicSubnet = await subnetOf(100);
  await routed(publicSubnet, { GatewayId: InternetGatewayId });
  const strandedSubnet = await subnetOf(101);
  const natIn = async (SubnetId: string) =>
    (await ec2.send(new CreateNatGatewayCommand({ SubnetId }))).NatGateway!.NatGatewayId!;

  const subnets: string[] = [];
  for (const [index, route] of plan.routes.entries()) {
    const subnet = await subnetOf(index);
    subnets.push(subnet);
    if (route === 'igw') await routed(subnet, { GatewayId: InternetGatewayId });
    if (route === 'tgw') await routed(subnet, { TransitGatewayId: 'tgw-1' });
    if (route.endsWith('nat')) {
      const nat = await natIn(route === 'stranded-nat' ? strandedSubnet : publicSubnet);
      await routed(subnet, { NatGatewayId: nat });
      if (route === 'gone-nat') await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: nat }));
    }
  }

  const task = await groupOf('task');
  const endpointGroup = await groupOf('endpoint');
  const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
  const peers: Record<string, IpPermission | undefined> = {
    vpc: { ...https, IpRanges: [{ CidrIp: '10.0.0.0/16' }] },
    endpoint: { ...https, UserIdGroupPairs: [{ GroupId: endpointGroup }] },
    task: { ...https, UserIdGroupPairs: [{ GroupId: task }] },
    half: { ...https, IpRanges: [{ CidrIp: '10.0.0.0/25' }] },
    'prefix-list': { ...https, PrefixListIds: [{ PrefixListId: 'pl-1' }] },
    'port-80': { ...https, FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
  };
  if (plan.egress !== 'all') {
    const all = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId: task, IpPermissions: all }));
    const rule = peers[plan.egress];
    const request = { GroupId: task, IpPermissions: rule && [rule] };
    if (rule) await ec2.send(new AuthorizeSecurityGroupEgressCommand(request));
  }
  const rule = peers[plan.ingress];
  const request = { GroupId: endpointGroup, IpPermissions: rule && [rule] };
  if (rule) await ec2.send(new AuthorizeSecurityGroupIngressCommand(request));

  await set({ EnableDnsHostnames: { Value: true } });
  if (plan.endpoint !== 'none') {
    const { VpcEndpoint } = await ec2.send(
      new CreateVpcEndpointCommand({
        VpcId,
        VpcEndpointType: 'Interface',
        ServiceName: `com.amazonaws.us-east-1.${service}`,
        SubnetIds: [strandedSubnet],
        SecurityGroupIds: [endpointGroup],
        PrivateDnsEnabled: true,
      }),
    );
    const id = { VpcEndpointId: VpcEndpoint!.VpcEndpointId! };
    if (plan.endpoint === 'no-private-dns') {
      await ec2.send(new ModifyVpcEndpointCommand({ ...id, PrivateDnsEnabled: false }));
    }
  }
  if (!plan.dnsHostnames) await set({ EnableDnsHostnames: { Value: false } });
  if (!plan.dnsSupport) await set({ EnableDnsSupport: { Value: false } });
  return {
    subnets,
    securityGroups: [task],
    assignPublicIp: plan.publicIp ? 'ENABLED' : 'DISABLED',
  };
}
