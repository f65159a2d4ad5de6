import {
  DescribeDaemonCommand,
  DescribeDaemonDeploymentsCommand,
  DescribeDaemonRevisionsCommand,
  ListDaemonsCommand,
  ListDaemonTaskDefinitionsCommand,
  type ECSClient,
} from '@aws-sdk/client-ecs';
import { AwsError, isAwsError } from '../errors.ts';
import { batches } from '../model/batches.ts';

/** A managed daemon as ECS describes it. */
export interface DescribedDaemon {
  /** ARN of its cluster. */
  cluster: string;
  /** ARNs of its current revisions; ECS may return none before its first deployment is completed. */
  revisions: string[];
  /** ARN of its latest deployment. */
  deployment: string | undefined;
}

/** The ECS calls about managed daemons, which run a task on each instance of capacity providers. */
export interface DaemonCalls {
  /**
   * ARNs of the daemons of a cluster, or of all clusters of the region; 100 per call. None where
   * ECS, or an emulator of it, has no managed daemons.
   */
  daemons(cluster?: string): Promise<string[]>;
  /** A daemon by ARN; undefined if it does not exist. */
  describeDaemon(arn: string): Promise<DescribedDaemon | undefined>;
  /**
   * ARNs of the daemon revisions that deployments lead to, by the ARN of the deployment; 20 per
   * call.
   */
  daemonTargets(deployments: readonly string[]): Promise<Map<string, string[]>>;
  /** ARNs of task definitions by the ARN of the daemon revision; 20 per call. */
  daemonTaskDefinitions(revisions: readonly string[]): Promise<Map<string, string>>;
  /** ARNs of the latest revision of each family of daemons, or of all ACTIVE revisions. */
  daemonFamilies(options: { all: boolean }): Promise<string[]>;
}

/** Creates these calls for a client. `isEmulated`: its endpoint is not one of AWS. */
export function createDaemonCalls(client: ECSClient, isEmulated: boolean): DaemonCalls {
  async function orNone(list: () => Promise<string[]>): Promise<string[]> {
    try {
      return await list();
    } catch (error) {
      if (isUnknownOperation(error, isEmulated)) return [];
      throw error;
    }
  }

  return {
    daemons: (clusterArn) =>
      orNone(async () => {
        const arns: string[] = [];
        let nextToken: string | undefined;
        do {
          const query = { clusterArn, maxResults: 100, nextToken };
          const page = await client.send(new ListDaemonsCommand(query));
          arns.push(
            ...(page.daemonSummariesList ?? []).flatMap(({ daemonArn }) => daemonArn ?? []),
          );
          nextToken = page.nextToken;
        } while (nextToken !== undefined);
        return arns;
      }),

    async describeDaemon(daemonArn) {
      try {
        const { daemon } = await client.send(new DescribeDaemonCommand({ daemonArn }));
        return {
          cluster: daemon?.clusterArn ?? '',
          revisions: (daemon?.currentRevisions ?? []).flatMap(({ arn }) => arn ?? []),
          deployment: daemon?.deploymentArn,
        };
      } catch (error) {
        if (isAwsError(error, 'DaemonNotFoundException')) return undefined;
        throw error;
      }
    },

    async daemonTargets(deployments) {
      const targets = new Map<string, string[]>();
      for (const batch of batches(deployments, 20)) {
        const { daemonDeployments = [] } = await client.send(
          new DescribeDaemonDeploymentsCommand({ daemonDeploymentArns: batch }),
        );
        for (const { daemonDeploymentArn = '', ...one } of daemonDeployments) {
          // After a rollback, no instance gets the revision that was rolled back.
          const target =
            one.status === 'ROLLBACK_SUCCESSFUL' ? undefined : one.targetDaemonRevision;
          const arns = [target?.arn, one.rollback?.rollbackTargetDaemonRevisionArn];
          targets.set(
            daemonDeploymentArn,
            arns.flatMap((arn) => arn ?? []),
          );
        }
      }
      return targets;
    },

    async daemonTaskDefinitions(revisions) {
      const found = new Map<string, string>();
      for (const batch of batches(revisions, 20)) {
        const { daemonRevisions = [] } = await client.send(
          new DescribeDaemonRevisionsCommand({ daemonRevisionArns: batch }),
        );
        for (const { daemonRevisionArn, daemonTaskDefinitionArn } of daemonRevisions) {
          found.set(daemonRevisionArn ?? '', daemonTaskDefinitionArn ?? '');
        }
      }
      return found;
    },

    daemonFamilies: ({ all }) =>
      orNone(async () => {
        const arns: string[] = [];
        let nextToken: string | undefined;
        do {
          const page = await client.send(
            new ListDaemonTaskDefinitionsCommand({
              maxResults: 100,
              nextToken,
              ...(!all && { revision: 'LAST_REGISTERED' as const }),
            }),
          );
          arns.push(...(page.daemonTaskDefinitions ?? []).flatMap(({ arn }) => arn ?? []));
          nextToken = page.nextToken;
        } while (nextToken !== undefined);
        return arns;
      }),
  };
}

// --- internal ---

/**
 * Whether the other side does not have an operation. Emulators answer as AWS does, with HTTP 501
 * (LocalStack), or with the error page of a web server (moto).
 */
function isUnknownOperation(error: unknown, isEmulated: boolean): boolean {
  if (isAwsError(error, 'UnsupportedFeatureException', 'UnknownOperationException')) return true;
  if (!isEmulated || !(error instanceof AwsError)) return false;
  return error.status === 501 || (error.status === 500 && error.code === 'unreadable-answer');
}
