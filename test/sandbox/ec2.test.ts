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
  DeleteRouteCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
  paginateDescribeSubnets,
  RevokeSecurityGroupEgressCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, inject, it } from 'vitest';
import { runProgram } from '../helpers/run.ts';
import { assume, createDeployer, errorOf, openScene, type Scene } from './clients.ts';

/** A VPC with a subnet in it. */
async function vpcScene(scene: Scene) {
  const { ec2 } = scene;
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const vpc = Vpc!.VpcId!;
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId: vpc, CidrBlock: '10.0.1.0/24' }),
  );
  return { ec2, vpc, subnet: Subnet!.SubnetId! };
}

const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });

describe('VPCs', () => {
  it('come with a main route table, a default security group and DNS support', async () => {
    await using scene = await openScene();
    const { ec2, vpc } = await vpcScene(scene);
    const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [vpc] }));
    expect(Vpcs).toMatchObject([{ VpcId: vpc, CidrBlock: '10.0.0.0/16', IsDefault: false }]);

    const { RouteTables } = await ec2.send(
      new DescribeRouteTablesCommand({
        Filters: [
          { Name: 'vpc-id', Values: [vpc] },
          { Name: 'association.main', Values: ['true'] },
        ],
      }),
    );
    expect(RouteTables).toMatchObject([
      {
        VpcId: vpc,
        Associations: [{ Main: true }],
        Routes: [{ DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', State: 'active' }],
      },
    ]);

    const { SecurityGroups } = await ec2.send(
      new DescribeSecurityGroupsCommand(filter('vpc-id', vpc)),
    );
    const id = SecurityGroups![0]!.GroupId;
    expect(SecurityGroups).toMatchObject([
      {
        GroupName: 'default',
        IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: id }], IpRanges: [] }],
        IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      },
    ]);

    const attributes = ['enableDnsSupport', 'enableDnsHostnames'] as const;
    const read = async () =>
      Promise.all(
        attributes.map(async (Attribute) => {
          const found = await ec2.send(new DescribeVpcAttributeCommand({ VpcId: vpc, Attribute }));
          return (found.EnableDnsSupport ?? found.EnableDnsHostnames)!.Value;
        }),
      );
    expect(await read()).toEqual([true, false]);
    await ec2.send(
      new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: true } }),
    );
    expect(await read()).toEqual([true, true]);
  });

  it('have subnets that do not overlap, in pages', async () => {
    await using scene = await openScene();
    const { ec2, vpc, subnet } = await vpcScene(scene);
    const create = (CidrBlock: string) =>
      ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock }));
    expect(await errorOf(create('10.0.1.128/25'))).toMatchObject({
      name: 'InvalidSubnet.Conflict',
    });
    expect(await errorOf(create('10.1.0.0/24'))).toMatchObject({ name: 'InvalidSubnet.Range' });
    for (let part = 2; part < 9; part += 1) await create(`10.0.${part}.0/24`);
    const pages = [];
    const paginator = paginateDescribeSubnets({ client: ec2, pageSize: 5 }, filter('vpc-id', vpc));
    for await (const page of paginator) pages.push(page.Subnets!.length);
    expect(pages).toEqual([5, 3]);
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnet] }));
    expect(Subnets).toMatchObject([
      { SubnetId: subnet, VpcId: vpc, CidrBlock: '10.0.1.0/24', AvailabilityZone: 'us-east-1a' },
    ]);
  });
});

it('leads routes to gateways, and shows one that is gone as a black hole', async () => {
  await using scene = await openScene();
  const { ec2, vpc, subnet } = await vpcScene(scene);
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const igw = InternetGateway!.InternetGatewayId!;
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpc }));
  const table = RouteTable!.RouteTableId!;
  const route = { RouteTableId: table, DestinationCidrBlock: '0.0.0.0/0' };
  const toInternet = new CreateRouteCommand({ ...route, GatewayId: igw });
  expect((await errorOf(ec2.send(toInternet))).message).toMatch(/different networks/);
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: igw, VpcId: vpc }));
  await ec2.send(toInternet);
  expect(await errorOf(ec2.send(toInternet))).toMatchObject({ name: 'RouteAlreadyExists' });
  await ec2.send(new DeleteRouteCommand(route));

  const { NatGateway } = await ec2.send(new CreateNatGatewayCommand({ SubnetId: subnet }));
  const nat = NatGateway!.NatGatewayId!;
  await ec2.send(new CreateRouteCommand({ ...route, NatGatewayId: nat }));
  const associate = new AssociateRouteTableCommand({ RouteTableId: table, SubnetId: subnet });
  await ec2.send(associate);
  expect(await errorOf(ec2.send(associate))).toMatchObject({ name: 'Resource.AlreadyAssociated' });
  await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: nat }));

  const { RouteTables } = await ec2.send(
    new DescribeRouteTablesCommand(filter('association.subnet-id', subnet)),
  );
  expect(RouteTables).toMatchObject([
    {
      RouteTableId: table,
      Associations: [{ Main: false, SubnetId: subnet }],
      Routes: [{}, { NatGatewayId: nat, State: 'blackhole' }],
    },
  ]);
  const { NatGateways } = await ec2.send(
    new DescribeNatGatewaysCommand({ Filter: [{ Name: 'vpc-id', Values: [vpc] }] }),
  );
  expect(NatGateways).toMatchObject([{ State: 'deleted', ConnectivityType: 'public' }]);
  const { InternetGateways } = await ec2.send(
    new DescribeInternetGatewaysCommand(filter('attachment.vpc-id', vpc)),
  );
  expect(InternetGateways).toMatchObject([{ InternetGatewayId: igw, Attachments: [{}] }]);
});

it('keeps the rules of security groups', async () => {
  await using scene = await openScene();
  const { ec2, vpc } = await vpcScene(scene);
  const web = { GroupName: 'web', Description: 'web', VpcId: vpc };
  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand(web));
  expect(await errorOf(ec2.send(new CreateSecurityGroupCommand(web)))).toMatchObject({
    name: 'InvalidGroup.Duplicate',
  });
  const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
  const IpPermissions = [
    { ...https, IpRanges: [{ CidrIp: '10.0.0.0/8' }], UserIdGroupPairs: [{ GroupId }] },
  ];
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  const egress = [{ ...https, PrefixListIds: [{ PrefixListId: 'pl-1' }] }];
  await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: egress }));
  const all = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
  const revoke = new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: all });
  await ec2.send(revoke);
  expect(await errorOf(ec2.send(revoke))).toMatchObject({ name: 'InvalidPermission.NotFound' });
  const again = new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions });
  expect(await errorOf(ec2.send(again))).toMatchObject({ name: 'InvalidPermission.Duplicate' });

  const { SecurityGroups } = await ec2.send(
    new DescribeSecurityGroupsCommand({ GroupIds: [GroupId!] }),
  );
  expect(SecurityGroups).toMatchObject([
    {
      Description: 'web',
      IpPermissions: [{ ...https, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
      IpPermissionsEgress: [{ ...https, PrefixListIds: [{ PrefixListId: 'pl-1' }] }],
    },
  ]);
  expect(SecurityGroups![0]!.IpPermissions![0]!.UserIdGroupPairs).toMatchObject([{ GroupId }]);
});

it('makes endpoints, whose private names need both DNS attributes', async () => {
  await using scene = await openScene();
  const { ec2, vpc, subnet } = await vpcScene(scene);
  const request = {
    VpcId: vpc,
    VpcEndpointType: 'Interface' as const,
    ServiceName: 'com.amazonaws.us-east-1.ssm',
    SubnetIds: [subnet],
    PrivateDnsEnabled: true,
  };
  const create = (more: object = {}) =>
    ec2.send(new CreateVpcEndpointCommand({ ...request, ...more }));
  expect((await errorOf(create())).message).toContain('enableDnsSupport and enableDnsHostnames');
  await ec2.send(
    new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: true } }),
  );
  const { VpcEndpoint } = await create();
  expect(await errorOf(create())).toMatchObject({ name: 'InvalidParameter' });
  expect(await errorOf(create({ ServiceName: 'com.amazonaws.eu-west-1.ssm' }))).toMatchObject({
    name: 'InvalidServiceName',
  });
  const id = VpcEndpoint!.VpcEndpointId!;
  await ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, PrivateDnsEnabled: false }));

  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand(filter('vpc-id', vpc)));
  const RouteTableIds = [RouteTables![0]!.RouteTableId!];
  await ec2.send(
    new CreateVpcEndpointCommand({
      VpcId: vpc,
      ServiceName: 'com.amazonaws.us-east-1.s3',
      RouteTableIds,
    }),
  );
  const { VpcEndpoints } = await ec2.send(new DescribeVpcEndpointsCommand(filter('vpc-id', vpc)));
  expect(VpcEndpoints).toHaveLength(2);
  expect(VpcEndpoints!.find(({ VpcEndpointType }) => VpcEndpointType === 'Gateway')).toMatchObject({
    RouteTableIds,
    State: 'available',
    PrivateDnsEnabled: false,
  });
  expect(VpcEndpoints!.find(({ VpcEndpointId }) => VpcEndpointId === id)).toMatchObject({
    ServiceName: 'com.amazonaws.us-east-1.ssm',
    SubnetIds: [subnet],
    Groups: [{ GroupName: 'default' }],
    PrivateDnsEnabled: false,
  });
  const { RouteTables: after } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds }));
  expect(after![0]!.Routes![1]!).toMatchObject({ State: 'active' });
  expect(after![0]!.Routes![1]!.DestinationPrefixListId).toMatch(/^pl-[0-9a-f]{8}$/);
});

it('runs instances with a network interface', async () => {
  await using scene = await openScene();
  const { ec2, subnet } = await vpcScene(scene);
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-1',
      MinCount: 1,
      MaxCount: 2,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnet, AssociatePublicIpAddress: true }],
    }),
  );
  expect(Instances).toHaveLength(2);
  const InstanceIds = Instances!.map(({ InstanceId }) => InstanceId!);
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
  expect(Reservations!.flatMap(({ Instances: some }) => some!)[0]).toMatchObject({
    SubnetId: subnet,
    PrivateIpAddress: expect.stringMatching(/^10\.0\.1\./) as string,
    PublicIpAddress: expect.stringMatching(/^203\.0\.113\./) as string,
    SecurityGroups: [{ GroupName: 'default' }],
  });
});

const one = (kind: string): string[] => [`${kind}-1`];
it.each([
  [
    'InvalidSubnetID.NotFound',
    /'subnet-1'/,
    new DescribeSubnetsCommand({ SubnetIds: one('subnet') }),
  ],
  ['InvalidVpcID.NotFound', /'vpc-1'/, new DescribeVpcsCommand({ VpcIds: one('vpc') })],
  [
    'InvalidRouteTableID.NotFound',
    /'rtb-1'/,
    new DescribeRouteTablesCommand({ RouteTableIds: one('rtb') }),
  ],
  ['InvalidGroup.NotFound', /'sg-1'/, new DescribeSecurityGroupsCommand({ GroupIds: one('sg') })],
  ['InvalidInstanceID.NotFound', /'i-1'/, new DescribeInstancesCommand({ InstanceIds: one('i') })],
  [
    'InvalidVpcEndpointId.NotFound',
    /'vpce-1'/,
    new DescribeVpcEndpointsCommand({ VpcEndpointIds: one('vpce') }),
  ],
  ['NatGatewayNotFound', /nat-1/, new DescribeNatGatewaysCommand({ NatGatewayIds: one('nat') })],
  [
    'InvalidParameterValue',
    /'colour' is invalid/,
    new DescribeSubnetsCommand(filter('colour', 'red')),
  ],
  ['MissingParameter', /cidrBlock/, new CreateVpcCommand({})],
  ['InvalidVpc.Range', /10\.0\.0\.0\/8/, new CreateVpcCommand({ CidrBlock: '10.0.0.0/8' })],
])('answers with the error %s and %s', async (name, message, command) => {
  await using scene = await openScene();
  const error = await errorOf(scene.ec2.send(command));
  expect(error.name).toBe(name);
  expect(error.message).toMatch(message);
});

it('refuses a role without permission in the words of EC2', async () => {
  await using scene = await openScene();
  await createDeployer(scene, { Effect: 'Allow', Action: 'ssm:*', Resource: '*' });
  const { ec2 } = await assume(scene);
  const error = await errorOf(ec2.send(new DescribeSubnetsCommand({})));
  expect(error.name).toBe('UnauthorizedOperation');
  expect(error.message).toMatch(/not authorized to perform: ec2:DescribeSubnets/);
});

it.runIf(inject('awsCli'))('is understood by the AWS CLI', async () => {
  await using scene = await openScene();
  const env = {
    AWS_ENDPOINT_URL: scene.sandbox.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
  };
  const aws = async (...argv: string[]): Promise<unknown> => {
    const seen = await runProgram('aws', ['ec2', ...argv, '--output', 'json'], { env });
    if (seen.code !== 0) throw new Error(seen.stderr);
    return seen.stdout === '' ? undefined : JSON.parse(seen.stdout);
  };
  const { Vpc } = (await aws('create-vpc', '--cidr-block', '10.0.0.0/16')) as {
    Vpc: { VpcId: string };
  };
  await aws('modify-vpc-attribute', '--vpc-id', Vpc.VpcId, '--enable-dns-hostnames');
  const seen = await aws(
    'describe-vpc-attribute',
    '--vpc-id',
    Vpc.VpcId,
    '--attribute',
    'enableDnsHostnames',
  );
  expect(seen).toEqual({ VpcId: Vpc.VpcId, EnableDnsHostnames: { Value: true } });
  await expect(aws('describe-subnets', '--subnet-ids', 'subnet-1')).rejects.toThrow(
    /\(InvalidSubnetID\.NotFound\).*The subnet ID 'subnet-1' does not exist/,
  );
});
