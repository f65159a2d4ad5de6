import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isAwsError } from '../errors.ts';
import type { TargetGroup } from '../model/rollout/load-balancers.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';

/** The calls of Elastic Load Balancing that this tool makes. All are reads. */
export interface LoadBalancing {
  /** Describes a target group; undefined if it does not exist. */
  targetGroup(arn: string): Promise<TargetGroup | undefined>;
}

/** Creates the gateway for load balancers. */
export function createLoadBalancing(config: AwsConfig): LoadBalancing {
  const client = supervised(
    new ElasticLoadBalancingV2Client(clientSettings(config, 'elastic_load_balancing_v2')),
    'elasticloadbalancing',
    config,
  );
  return {
    async targetGroup(arn) {
      try {
        const query = new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] });
        const [group] = (await client.send(query)).TargetGroups ?? [];
        if (!group) return undefined;
        return {
          targetType: group.TargetType ?? '',
          protocol: group.Protocol ?? '',
          healthCheckPort: group.HealthCheckEnabled === false ? undefined : group.HealthCheckPort,
        };
      } catch (error) {
        // The code on the wire; the SDK's name for it ends in Exception.
        if (isAwsError(error, 'TargetGroupNotFound', 'TargetGroupNotFoundException')) {
          return undefined;
        }
        throw error;
      }
    },
  };
}
