import { expect, it } from 'vitest';
import { Problems } from '../../../src/model/problems.ts';
import { launchOf, type LaunchOptions, type ServiceLaunch } from '../../../src/model/run/launch.ts';

const containerDefinitions = [{ name: 'app' }];
const fargate = {
  containerDefinitions,
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
};
const network = { subnets: ['subnet-1'], securityGroups: ['sg-1'], publicIp: true };
const spot = [{ capacityProvider: 'FARGATE_SPOT', weight: 3, base: 1 }];
const service: ServiceLaunch = {
  launchType: undefined,
  capacityProviderStrategy: spot,
  platformVersion: '1.4.0',
  network,
};
const own = {
  subnets: ['subnet-1'],
  securityGroups: ['sg-1'],
  assignPublicIp: 'ENABLED',
};
const on = (awsvpcConfiguration: object) => ({ networkConfiguration: { awsvpcConfiguration } });

it.each<[string, object, ServiceLaunch | undefined, LaunchOptions, object]>([
  [
    'as the service',
    fargate,
    service,
    {},
    { capacityProviderStrategy: spot, platformVersion: '1.4.0', ...on(own) },
  ],
  [
    'with another capacity, whose platform and placement are not those of the service',
    fargate,
    { ...service, placementStrategy: [{ type: 'random' }] },
    { launchType: 'FARGATE' },
    { launchType: 'FARGATE', ...on(own) },
  ],
  [
    'in other subnets, without the security groups and the address of the service',
    fargate,
    service,
    { subnets: ['subnet-2'], capacityProviders: ['a', 'b'], platformVersion: '1.3.0' },
    {
      capacityProviderStrategy: [
        { capacityProvider: 'a', weight: 1 },
        { capacityProvider: 'b', weight: 1 },
      ],
      platformVersion: '1.3.0',
      ...on({ subnets: ['subnet-2'], assignPublicIp: 'DISABLED' }),
    },
  ],
  [
    'with other security groups and no address',
    fargate,
    service,
    { securityGroups: ['sg-2'], assignPublicIp: false },
    {
      capacityProviderStrategy: spot,
      platformVersion: '1.4.0',
      ...on({ subnets: ['subnet-1'], securityGroups: ['sg-2'], assignPublicIp: 'DISABLED' }),
    },
  ],
  [
    'on instances, placed as the service',
    { containerDefinitions },
    {
      ...{ launchType: 'EC2', platformVersion: undefined, network: undefined },
      placementStrategy: [{ type: 'spread', field: 'instanceId' }],
      placementConstraints: [{ type: 'memberOf', expression: 'x' }],
    },
    { enableExecuteCommand: true },
    {
      launchType: 'EC2',
      placementStrategy: [{ type: 'spread', field: 'instanceId' }],
      placementConstraints: [{ type: 'memberOf', expression: 'x' }],
      enableExecuteCommand: true,
    },
  ],
  [
    'for Fargate alone',
    fargate,
    undefined,
    { subnets: ['subnet-1'] },
    { launchType: 'FARGATE', ...on({ subnets: ['subnet-1'], assignPublicIp: 'DISABLED' }) },
  ],
  ['as the cluster decides', { containerDefinitions }, undefined, {}, {}],
])('runs %s', (_, definition, like, options, expected) => {
  const problems = new Problems();
  const launch = launchOf({ containerDefinitions, ...definition }, like, options, problems);
  problems.throwIfAny();
  expect(launch).toEqual(expected);
});

it.each<[string, object, LaunchOptions, RegExp]>([
  ['no network', fargate, {}, /no network is given/],
  ['only security groups', fargate, { securityGroups: ['sg-1'] }, /no network is given/],
  [
    'a network for another mode',
    { networkMode: 'bridge' },
    { subnets: ['subnet-1'] },
    /has bridge$/,
  ],
  ['a network for the default mode', {}, { assignPublicIp: true }, /has the default one$/],
])('refuses %s', (_, definition, options, told) => {
  const problems = new Problems();
  launchOf({ containerDefinitions, ...definition }, undefined, options, problems);
  expect(() => {
    problems.throwIfAny();
  }).toThrow(told);
});
