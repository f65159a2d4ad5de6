import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  paginateListChangeSets,
  type Change,
} from '@aws-sdk/client-cloudformation';
import { isAwsError } from '../errors.ts';
import { clientSettings, supervised, type AwsConfig } from './calls/client.ts';

/** A CloudFormation stack. */
export interface Stack {
  /** ARN; unlike the name, it also finds the stack after its deletion. */
  id: string;
  name: string;
  /** For example `CREATE_COMPLETE`. */
  status: string;
  statusReason: string | undefined;
  createdAt: Date | undefined;
  updatedAt: Date | undefined;
  /** ARN of the change set that was executed last. */
  changeSetId: string | undefined;
  tags: ReadonlyMap<string, string>;
  outputs: ReadonlyMap<string, string>;
}

/** A change set to create. */
export interface NewChangeSet {
  stack: string;
  /** Unique in the stack; a retry of the same call returns the same change set. */
  name: string;
  type: 'CREATE' | 'UPDATE';
  description: string;
  /** The template as JSON, up to 51,200 bytes (CloudFormation quotas). */
  template: string;
  tags: Readonly<Record<string, string>>;
}

/** A change set: what CloudFormation would change. */
export interface ChangeSet {
  /** For example `CREATE_COMPLETE`, or `FAILED`, also if there is nothing to change. */
  status: string;
  statusReason: string | undefined;
  changes: ResourceChange[];
}

/** One change of a resource. */
export interface ResourceChange {
  /** `Add`, `Modify`, `Remove`, … */
  action: string;
  logicalId: string;
  /** For example `AWS::IAM::Role`. */
  type: string;
  /** `True`, `False` or `Conditional`; undefined for an added or removed resource. */
  replacement: string | undefined;
}

/** What happened to a resource of a stack, or to the stack. */
export interface StackEvent {
  id: string;
  at: Date | undefined;
  logicalId: string;
  type: string;
  /** For example `CREATE_FAILED`. */
  status: string;
  reason: string | undefined;
}

/** The CloudFormation calls that this tool makes. */
export interface CloudFormation {
  /** A stack by name or ARN; undefined if it does not exist. */
  stack(nameOrId: string): Promise<Stack | undefined>;
  /** The template of a stack as it was sent. */
  template(stack: string): Promise<string>;
  /** ID of the newest event of a stack; undefined if it has none. */
  newestEvent(stackId: string): Promise<string | undefined>;
  /** The events of a stack after the one with this ID, or all, newest first. */
  events(stackId: string, after: string | undefined): Promise<StackEvent[]>;
  /** Names of the change sets of a stack that are not deleted. */
  changeSets(stack: string): Promise<string[]>;
  /** Creates a change set and returns its ARN and that of its stack. */
  createChangeSet(given: NewChangeSet): Promise<{ id: string; stackId: string }>;
  changeSet(id: string): Promise<ChangeSet>;
  /** Executes a change set, once for each token: letters, digits and hyphens, up to 128. */
  executeChangeSet(id: string, token: string): Promise<void>;
  deleteChangeSet(id: string): Promise<void>;
  /** Begins to delete a stack. */
  deleteStack(nameOrId: string): Promise<void>;
}

/** Creates the CloudFormation gateway. */
export function createCloudFormation(config: AwsConfig): CloudFormation {
  const client = supervised(
    new CloudFormationClient(clientSettings(config, 'cloudformation')),
    'cloudformation',
    config,
  );
  return {
    async stack(nameOrId) {
      try {
        const { Stacks = [] } = await client.send(
          new DescribeStacksCommand({ StackName: nameOrId }),
        );
        const [found] = Stacks;
        return (
          found && {
            id: found.StackId ?? '',
            name: found.StackName ?? '',
            status: found.StackStatus ?? '',
            statusReason: found.StackStatusReason,
            createdAt: found.CreationTime,
            updatedAt: found.LastUpdatedTime,
            changeSetId: found.ChangeSetId,
            tags: new Map((found.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
            outputs: new Map(
              (found.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [
                OutputKey,
                OutputValue,
              ]),
            ),
          }
        );
      } catch (error) {
        // It has no name of its own: "Stack with id NAME does not exist" (API reference).
        if (isAwsError(error, 'ValidationError') && error.message.includes('does not exist')) {
          return undefined;
        }
        throw error;
      }
    },

    async template(stack) {
      const { TemplateBody = '' } = await client.send(
        new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' }),
      );
      return TemplateBody;
    },

    async newestEvent(stackId) {
      const { StackEvents = [] } = await client.send(
        new DescribeStackEventsCommand({ StackName: stackId }),
      );
      return StackEvents[0]?.EventId;
    },

    async events(stackId, after) {
      const events: StackEvent[] = [];
      for await (const page of paginateDescribeStackEvents({ client }, { StackName: stackId })) {
        for (const event of page.StackEvents ?? []) {
          if (event.EventId === after) return events;
          events.push({
            id: event.EventId ?? '',
            at: event.Timestamp,
            logicalId: event.LogicalResourceId ?? '',
            type: event.ResourceType ?? '',
            status: event.ResourceStatus ?? '',
            reason: event.ResourceStatusReason,
          });
        }
      }
      return events;
    },

    async changeSets(stack) {
      const names: string[] = [];
      for await (const page of paginateListChangeSets({ client }, { StackName: stack })) {
        names.push(...(page.Summaries ?? []).map(({ ChangeSetName = '' }) => ChangeSetName));
      }
      return names;
    },

    async createChangeSet({ stack, name, type, description, template, tags }) {
      const { Id = '', StackId = '' } = await client.send(
        new CreateChangeSetCommand({
          StackName: stack,
          ChangeSetName: name,
          ChangeSetType: type,
          ClientToken: name,
          Description: description,
          TemplateBody: template,
          Capabilities: ['CAPABILITY_NAMED_IAM'],
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      );
      return { id: Id, stackId: StackId };
    },

    async changeSet(id) {
      const changes: Change[] = [];
      let token: string | undefined;
      for (;;) {
        const page = await client.send(
          new DescribeChangeSetCommand({ ChangeSetName: id, NextToken: token }),
        );
        changes.push(...(page.Changes ?? []));
        token = page.NextToken;
        if (token === undefined) {
          const { Status: status = '', StatusReason: statusReason } = page;
          return { status, statusReason, changes: changes.map(changeOf) };
        }
      }
    },

    async executeChangeSet(id, token) {
      await client.send(
        new ExecuteChangeSetCommand({ ChangeSetName: id, ClientRequestToken: token }),
      );
    },

    async deleteChangeSet(id) {
      await client.send(new DeleteChangeSetCommand({ ChangeSetName: id }));
    },

    async deleteStack(nameOrId) {
      await client.send(new DeleteStackCommand({ StackName: nameOrId }));
    },
  };
}

// --- internal ---

function changeOf({ ResourceChange: change = {} }: Change): ResourceChange {
  return {
    action: change.Action ?? '',
    logicalId: change.LogicalResourceId ?? '',
    type: change.ResourceType ?? '',
    replacement: change.Replacement,
  };
}
