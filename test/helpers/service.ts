import type { Service } from '../../src/aws/ecs-answers.ts';

/** A Fargate service of cluster `shop` as ECS describes it. */
export function serviceAt(more: Partial<Service> = {}): Service {
  return {
    cluster: 'arn:aws:ecs:us-east-1:123456789012:cluster/shop',
    name: 'web',
    arn: 'arn:aws:ecs:us-east-1:123456789012:service/shop/web',
    status: 'ACTIVE',
    taskDefinition: 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:1',
    controller: 'ECS',
    loadBalancer: undefined,
    strategy: 'ROLLING',
    desiredCount: 1,
    launchType: 'FARGATE',
    capacityProviders: [],
    platformVersion: undefined,
    platformFamily: undefined,
    network: undefined,
    circuitBreaker: undefined,
    currentServiceDeployment: undefined,
    deployments: [],
    events: [],
    ...more,
  };
}
