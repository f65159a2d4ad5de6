import { executionRolePolicyArn } from '../../model/policy.ts';
import { readDocument, type Document } from './documents.ts';

/** A managed policy. It has one version, v1. */
export interface ManagedPolicy {
  name: string;
  path: string;
  id: string;
  arn: string;
  description: string | undefined;
  created: Date;
  document: Document;
  tags: Map<string, string>;
}

/** The managed policies of the account and those of AWS. */
export interface ManagedPolicies {
  find(arn: string): ManagedPolicy | undefined;
  add(policy: ManagedPolicy): void;
  remove(policy: ManagedPolicy): void;
}

/** Makes the policies that AWS provides: the one for ECS execution roles. */
export function createManagedPolicies(partition: string): ManagedPolicies {
  const policies = new Map<string, ManagedPolicy>();
  const arn = executionRolePolicyArn(partition);
  policies.set(arn, {
    name: 'AmazonECSTaskExecutionRolePolicy',
    path: '/service-role/',
    id: 'ANPASANDBOXPOLICY00001',
    arn,
    description:
      'Provides access to other AWS service resources that are required to run Amazon ECS tasks',
    created: new Date('2017-11-16T18:48:22Z'),
    document: readDocument(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: [
              'ecr:GetAuthorizationToken',
              'ecr:BatchCheckLayerAvailability',
              'ecr:GetDownloadUrlForLayer',
              'ecr:BatchGetImage',
              'logs:CreateLogStream',
              'logs:PutLogEvents',
            ],
            Resource: '*',
          },
        ],
      }),
      'identity',
    ),
    tags: new Map(),
  });
  return {
    find: (wanted) => policies.get(wanted),
    add: (policy) => policies.set(policy.arn, policy),
    remove: (policy) => policies.delete(policy.arn),
  };
}
