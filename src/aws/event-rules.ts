import pMap from 'p-map';
import {
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';
import { unlessGone } from './calls/unless-gone.ts';

/** A task that an EventBridge rule or a schedule starts. */
export interface ScheduledTask {
  kind: 'rule' | 'schedule';
  /** Name of the rule, or `GROUP/NAME` of the schedule. */
  name: string;
  /** ARN of the cluster. */
  cluster: string;
  /** ARN of a revision, or of a family whose latest ACTIVE revision is run. */
  taskDefinition: string;
}

/** The EventBridge calls that this tool makes. */
export interface EventRules {
  /** The tasks that rules of the default event bus run in a cluster: the cluster is the target. */
  tasksIn(clusterArn: string): Promise<ScheduledTask[]>;
}

/** Creates the EventBridge gateway. */
export function createEventRules(config: AwsConfig): EventRules {
  const client = supervised(
    new EventBridgeClient(clientSettings(config, 'eventbridge')),
    'events',
    config,
  );
  return {
    async tasksIn(clusterArn) {
      const names: string[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListRuleNamesByTargetCommand({ TargetArn: clusterArn, Limit: 100, NextToken: token }),
        );
        names.push(...(page.RuleNames ?? []));
        token = page.NextToken;
      } while (token);
      const targets = async (name: string): Promise<ScheduledTask[]> => {
        const tasks: ScheduledTask[] = [];
        let token: string | undefined;
        do {
          const query = { Rule: name, Limit: 100, NextToken: token };
          // A rule may be deleted after it was listed.
          const page = await unlessGone(client.send(new ListTargetsByRuleCommand(query)));
          for (const { Arn, EcsParameters } of page?.Targets ?? []) {
            const taskDefinition = EcsParameters?.TaskDefinitionArn;
            if (Arn !== clusterArn || taskDefinition === undefined) continue;
            tasks.push({ kind: 'rule', name, cluster: clusterArn, taskDefinition });
          }
          token = page?.NextToken;
        } while (token);
        return tasks;
      };
      return (await pMap(names, targets, { concurrency: 5 })).flat();
    },
  };
}
