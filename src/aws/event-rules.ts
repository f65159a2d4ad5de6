import pMap from 'p-map';
import {
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';
import { withFailedEntries } from './calls/failed-entries.ts';
import { withRawAnswer, withRawBody } from './calls/raw-json.ts';
import { unlessGone } from './calls/unless-gone.ts';
import {
  inputsOf,
  running,
  withoutNulls,
  type MoveResult,
  type RawTarget,
} from './scheduled-target.ts';

/** A task that an EventBridge rule or a schedule starts. */
export interface ScheduledTask {
  kind: 'rule' | 'schedule';
  /** Name of the rule, or `GROUP/NAME` of the schedule. */
  name: string;
  /** ID of the target of a rule; undefined for a schedule, which has one target. */
  target?: string | undefined;
  /** ARN of the cluster. */
  cluster: string;
  /** ARN of a revision, or of a family whose latest ACTIVE revision is run. */
  taskDefinition: string;
  /** ARN of the role under which EventBridge starts the task. */
  role?: string | undefined;
}

/** The EventBridge calls that this tool makes. */
export interface EventRules {
  /** The tasks that rules of the default event bus run in a cluster: the cluster is the target. */
  tasksIn(clusterArn: string): Promise<ScheduledTask[]>;
  /**
   * Makes a target run another revision. PutTargets replaces the whole target (API reference), so all its
   * other members are read first and sent back as they are, including those that the SDK does not know.
   * Changes nothing if the target no longer runs `task.taskDefinition`.
   */
  move(task: ScheduledTask, to: string): Promise<MoveResult>;
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
      const tasks = async (name: string): Promise<ScheduledTask[]> => {
        const targets = await targetsOf(name);
        return targets.flatMap(({ Id, Arn, RoleArn, EcsParameters }) => {
          const taskDefinition = EcsParameters?.TaskDefinitionArn;
          if (Arn !== clusterArn || taskDefinition === undefined) return [];
          const about = { target: Id, cluster: clusterArn, taskDefinition, role: RoleArn };
          return [{ kind: 'rule' as const, name, ...about }];
        });
      };
      return (await pMap(names, tasks, { concurrency: 5 })).flat();
    },

    async move({ name, target: id, cluster, taskDefinition }, to) {
      const target = (await targetsOf(name)).find(({ Id }) => Id === id);
      if (!target) return { state: 'gone' };
      const now = target.EcsParameters?.TaskDefinitionArn;
      if (target.Arn !== cluster || now !== taskDefinition) return { state: 'changed', now };
      const body = { Rule: name, Targets: [running(target, to)] };
      const command = withRawBody(new PutTargetsCommand({ Rule: name, Targets: [] }), body);
      const put = await unlessGone(client.send(withFailedEntries(command)));
      return { state: put ? 'moved' : 'gone' };
    },
  };

  /** The targets of a rule with all their members; none if the rule has been deleted. */
  async function targetsOf(rule: string): Promise<RawTarget[]> {
    const targets: RawTarget[] = [];
    let token: string | undefined;
    do {
      const query = { Rule: rule, Limit: 100, NextToken: token };
      const { command, answer } = withRawAnswer(new ListTargetsByRuleCommand(query));
      // A rule may be deleted after it was listed.
      const page = await unlessGone(client.send(command));
      if (!page) return [];
      const { Targets = [] } = withoutNulls(answer()) as { Targets?: RawTarget[] };
      for (const text of Targets.flatMap(inputsOf)) config.values?.addPlain(text);
      targets.push(...Targets);
      token = page.NextToken;
    } while (token);
    return targets;
  }
}
