import { executionRolePolicyArn } from '../../model/roles/policy.ts';
import type { Environment } from '../service.ts';
import { readDocument, type Document } from './documents.ts';

/** One version of a managed policy. */
export interface PolicyVersion {
  /** `v1`, `v2`, … */
  readonly id: string;
  readonly document: Document;
  readonly created: Date;
}

/** A managed policy. */
export interface ManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly created: Date;
  /** When a version was last added. */
  changed: Date;
  /** Oldest first; one of them is the default. */
  versions: readonly PolicyVersion[];
  defaultVersion: PolicyVersion;
  /** Number of versions ever created: version numbers are not reused. */
  count: number;
  readonly tags: Map<string, string>;
  /** Every default version that may still be effective, oldest first. */
  readonly history: { at: number; version: PolicyVersion }[];
}

/** The managed policies of the account and those of AWS. */
export interface ManagedPolicies {
  find(arn: string): ManagedPolicy | undefined;
  /** The effective document of a policy; undefined if it does not exist (yet). */
  inForce(arn: string): Document | undefined;
  /** Adds a policy with its first version. */
  add(
    policy: Pick<
      ManagedPolicy,
      'name' | 'path' | 'id' | 'arn' | 'description' | 'created' | 'tags'
    >,
    document: Document,
  ): ManagedPolicy;
  /** Makes a version the default one; effective after the propagation delay. */
  setDefault(policy: ManagedPolicy, version: PolicyVersion): void;
  remove(policy: ManagedPolicy): void;
  /** A copy of the policies; later changes do not affect it. */
  copy(): ManagedPolicies;
}

/**
 * Creates the policies that AWS provides: the one for ECS execution roles. `delay` is how long
 * changes take to be effective, in ms.
 */
export function createManagedPolicies(environment: Environment, delay: number): ManagedPolicies {
  const book = bookOf(new Map(), () => environment.now(), delay);
  book.add(
    {
      name: 'AmazonECSTaskExecutionRolePolicy',
      path: '/service-role/',
      id: 'ANPASANDBOXPOLICY00001',
      arn: executionRolePolicyArn(environment.partition),
      description:
        'Provides access to other AWS service resources that are required to run Amazon ECS tasks',
      created: new Date('2017-11-16T18:48:22Z'),
      tags: new Map(),
    },
    readDocument(
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
  );
  return book;
}

// --- internal ---

function bookOf(
  policies: Map<string, ManagedPolicy>,
  now: () => number,
  delay: number,
): ManagedPolicies {
  return {
    find: (arn) => policies.get(arn),
    inForce: (arn) =>
      policies.get(arn)?.history.findLast(({ at }) => at + delay <= now())?.version.document,
    add(policy, document) {
      const { created } = policy;
      const version = { id: 'v1', document, created };
      const added: ManagedPolicy = {
        ...policy,
        changed: created,
        versions: [version],
        defaultVersion: version,
        count: 1,
        history: [{ at: created.getTime(), version }],
      };
      policies.set(policy.arn, added);
      return added;
    },
    setDefault(policy, version) {
      policy.defaultVersion = version;
      const old = policy.history.findLastIndex(({ at }) => at + delay <= now());
      policy.history.splice(0, Math.max(old, 0));
      policy.history.push({ at: now(), version });
    },
    remove: (policy) => policies.delete(policy.arn),
    copy: () => bookOf(copied(policies), now, delay),
  };
}

function copied(policies: ReadonlyMap<string, ManagedPolicy>): Map<string, ManagedPolicy> {
  return new Map(
    [...policies].map(([arn, policy]) => [arn, { ...policy, history: [...policy.history] }]),
  );
}
