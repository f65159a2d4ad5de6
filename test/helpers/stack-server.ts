import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { read } from './go-between.ts';

/** A stack of the server. */
export interface ServedStack {
  id: string;
  name: string;
  status: string;
  template: string;
  tags: Record<string, string>;
  outputs: Record<string, string>;
  changeSets: Map<string, ServedChangeSet>;
  executed: string;
  /** Newest first. */
  events: { id: string; logicalId: string; type: string; status: string; reason?: string }[];
  /** What it becomes, and how many looks later. */
  next: { looks: number; then: () => void } | undefined;
}

/** A change set of the server. */
export interface ServedChangeSet {
  name: string;
  type: string;
  template: string;
  tags: Record<string, string>;
  status: string;
  reason: string;
}

/** CloudFormation and Step Functions for tests: what a stack does is scripted. */
export interface StackServer extends AsyncDisposable {
  /** Environment variables that direct the two services here. */
  env: Record<string, string | undefined>;
  stacks: ServedStack[];
  /** Operations of both services in the order of the calls. */
  calls: string[];
  executions: {
    name: string;
    status: string;
    input: string;
    output?: string;
    error?: string;
    cause?: string;
  }[];
  /** Reasons by logical ID: the next operation on a stack fails and is rolled back. */
  failures: Record<string, string>;
  /** Called before each operation is answered; what it returns is the error of the answer. */
  before: (operation: string) => string | undefined;
  /** What an execution of a state machine ends with. */
  report: (input: string) => object | { error: string; cause: string };
  /** Adds a stack. */
  add(stack: Partial<ServedStack> & { name: string }): ServedStack;
}

/** Starts the server; an operation of CloudFormation takes two looks. `endpoint` has the other services. */
export async function startStackServer(endpoint: string): Promise<StackServer> {
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const { status, type, text } = answer(self, request, body.toString());
      response.writeHead(status, { 'content-type': type });
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const self: StackServer = {
    env: {
      // An option has precedence over the endpoints of single services.
      ECS_SECRETS_ENDPOINT_URL: undefined,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_CLOUDFORMATION: url,
      AWS_ENDPOINT_URL_SFN: url,
    },
    stacks: [],
    calls: [],
    executions: [],
    failures: {},
    before: () => undefined,
    report: () => ({ secrets: [], redeployed: [], skipped: [], failed: [] }),
    add(stack) {
      const made: ServedStack = {
        id: `arn:aws:cloudformation:us-east-1:123456789012:stack/${stack.name}/${self.stacks.length}`,
        status: 'REVIEW_IN_PROGRESS',
        template: '{}',
        tags: {},
        outputs: {},
        changeSets: new Map(),
        executed: '',
        events: [],
        next: undefined,
        ...stack,
      };
      self.stacks.push(made);
      return made;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return self;
}

// --- internal ---

interface Answer {
  status: number;
  type: string;
  text: string;
}
type Input = Record<string, string>;

function answer(self: StackServer, request: IncomingMessage, body: string): Answer {
  const target = String(request.headers['x-amz-target'] ?? '');
  if (target !== '') {
    const operation = target.replace(/^.*\./, '');
    self.calls.push(operation);
    const result = machineAnswer(self, operation, JSON.parse(body) as Input);
    return { status: 200, type: 'application/x-amz-json-1.0', text: JSON.stringify(result) };
  }
  const input = Object.fromEntries(new URLSearchParams(body));
  const operation = input.Action ?? '';
  self.calls.push(operation);
  const code = self.before(operation);
  try {
    if (code !== undefined) throw new Refusal(code, 'refused by the test');
    const result = stackAnswer(self, operation, input);
    const text = `<${operation}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${operation}Result>${result}</${operation}Result></${operation}Response>`;
    return { status: 200, type: 'text/xml', text };
  } catch (error) {
    const { code: name, message } = error as Refusal;
    const text = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${name}</Code><Message>${message}</Message></Error></ErrorResponse>`;
    return { status: 400, type: 'text/xml', text };
  }
}

class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const operations: Record<string, (self: StackServer, input: Input) => string> = {
  DescribeStacks(self, { StackName = '' }) {
    const stack = find(self, StackName);
    settle(stack);
    const list = (pairs: Record<string, string>, key: string, value: string): string =>
      Object.entries(pairs)
        .map(([a, b]) => member(`${xml(key, a)}${xml(value, b)}`))
        .join('');
    return `<Stacks>${member(
      [
        xml('StackId', stack.id),
        xml('StackName', stack.name),
        xml('StackStatus', stack.status),
        xml('CreationTime', '2026-11-29T12:00:00Z'),
        ...(stack.executed === '' ? [] : [xml('ChangeSetId', stack.executed)]),
        `<Tags>${list(stack.tags, 'Key', 'Value')}</Tags>`,
        `<Outputs>${list(stack.outputs, 'OutputKey', 'OutputValue')}</Outputs>`,
      ].join(''),
    )}</Stacks>`;
  },
  GetTemplate: (self, { StackName = '' }) => xml('TemplateBody', find(self, StackName).template),
  DescribeStackEvents(self, { StackName = '' }) {
    const events = find(self, StackName).events.map((event) =>
      member(
        [
          xml('EventId', event.id),
          xml('LogicalResourceId', event.logicalId),
          xml('ResourceType', event.type),
          xml('ResourceStatus', event.status),
          ...(event.reason === undefined ? [] : [xml('ResourceStatusReason', event.reason)]),
        ].join(''),
      ),
    );
    return `<StackEvents>${events.join('')}</StackEvents>`;
  },
  ListChangeSets(self, { StackName = '' }) {
    const names = [...find(self, StackName).changeSets.values()].map(({ name }) =>
      member(xml('ChangeSetName', name)),
    );
    return `<Summaries>${names.join('')}</Summaries>`;
  },
  CreateChangeSet(self, input) {
    const { StackName = '', ChangeSetName: name = '', ChangeSetType: type = '' } = input;
    const existing = self.stacks.find(
      (one) => one.name === StackName && one.status !== 'DELETE_COMPLETE',
    );
    if (type === 'CREATE' && existing && existing.status !== 'REVIEW_IN_PROGRESS') {
      throw new Refusal('ValidationError', `Stack ${StackName} already exists`);
    }
    const stack = existing ?? self.add({ name: StackName });
    const template = input.TemplateBody ?? '';
    const isSame = type === 'UPDATE' && template === stack.template;
    const id = `arn:aws:cloudformation:us-east-1:123456789012:changeSet/${name}/1`;
    stack.changeSets.set(id, {
      ...{ name, type, template },
      tags: tagsIn(input),
      status: isSame ? 'FAILED' : 'CREATE_COMPLETE',
      reason: isSame ? "The submitted information didn't contain changes." : '',
    });
    return `${xml('Id', id)}${xml('StackId', stack.id)}`;
  },
  DescribeChangeSet(self, { ChangeSetName = '' }) {
    const [stack, changeSet] = changeSetOf(self, ChangeSetName);
    const [old, now] = [resourcesIn(stack.template), resourcesIn(changeSet.template)];
    const changes = [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((name) => {
      if (JSON.stringify(old[name]) === JSON.stringify(now[name])) return [];
      const action = !(name in old) ? 'Add' : name in now ? 'Modify' : 'Remove';
      const type = (now[name] ?? old[name])?.Type ?? '';
      const inner = `${xml('Action', action)}${xml('LogicalResourceId', name)}${xml('ResourceType', type)}`;
      return [member(`<ResourceChange>${inner}</ResourceChange>`)];
    });
    return `${xml('Status', changeSet.status)}${xml('StatusReason', changeSet.reason)}<Changes>${changes.join('')}</Changes>`;
  },
  DeleteChangeSet(self, { ChangeSetName = '' }) {
    const [stack] = changeSetOf(self, ChangeSetName);
    stack.changeSets.delete(ChangeSetName);
    return '';
  },
  ExecuteChangeSet(self, { ChangeSetName = '' }) {
    const [stack, { template, tags, type }] = changeSetOf(self, ChangeSetName);
    const verb = type === 'CREATE' ? 'CREATE' : 'UPDATE';
    stack.changeSets.clear();
    stack.executed = ChangeSetName;
    stack.tags = tags;
    stack.status = `${verb}_IN_PROGRESS`;
    const failed = Object.keys(self.failures).length > 0;
    for (const [name, { Type }] of Object.entries(resourcesIn(template))) {
      const reason = self.failures[name];
      note(stack, name, Type, reason === undefined ? `${verb}_COMPLETE` : `${verb}_FAILED`, reason);
    }
    stack.next = {
      looks: 2,
      then: () => {
        if (!failed) stack.template = template;
        stack.status = !failed
          ? `${verb}_COMPLETE`
          : verb === 'CREATE'
            ? 'ROLLBACK_COMPLETE'
            : 'UPDATE_ROLLBACK_COMPLETE';
        stack.outputs = failed ? stack.outputs : outputs;
      },
    };
    return '';
  },
  DeleteStack(self, { StackName = '' }) {
    const stack = find(self, StackName);
    const [reason] = Object.values(self.failures);
    stack.status = 'DELETE_IN_PROGRESS';
    if (reason !== undefined) note(stack, 'Topic', 'AWS::SNS::Topic', 'DELETE_FAILED', reason);
    stack.next = {
      looks: 2,
      then: () => {
        stack.status = reason === undefined ? 'DELETE_COMPLETE' : 'DELETE_FAILED';
      },
    };
    return '';
  },
};

/** The outputs of every stack. */
const outputs = {
  StateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:shop',
  TopicArn: 'arn:aws:sns:us-east-1:123456789012:shop-reports',
};

function stackAnswer(self: StackServer, operation: string, input: Input): string {
  const known = operations[operation];
  if (!known) throw new Refusal('InvalidAction', operation);
  return known(self, input);
}

function machineAnswer(self: StackServer, operation: string, input: Input): object {
  const arnOf = (name: string): string =>
    `arn:aws:states:us-east-1:123456789012:execution:shop:${name}`;
  const view = (one: StackServer['executions'][number]): object => ({
    ...one,
    executionArn: arnOf(one.name),
    startDate: 1_795_953_600,
  });
  if (operation === 'ListExecutions')
    return { executions: [...self.executions].reverse().map(view) };
  if (operation === 'StartExecution') {
    const { name = '', input: given = '' } = input;
    self.executions.push({ name, status: 'RUNNING', input: given });
    return { executionArn: arnOf(name), startDate: 1_795_953_600 };
  }
  const found = self.executions.find(({ name }) => arnOf(name) === input.executionArn);
  if (found?.status !== 'RUNNING') return found ? view(found) : {};
  const seen = view(found);
  const end = self.report(found.input);
  if ('error' in end) Object.assign(found, { status: 'FAILED', ...end });
  else Object.assign(found, { status: 'SUCCEEDED', output: JSON.stringify(end) });
  return seen;
}

function find(self: StackServer, nameOrId: string): ServedStack {
  const found = self.stacks.find(
    ({ id, name, status }) =>
      id === nameOrId || (name === nameOrId && status !== 'DELETE_COMPLETE'),
  );
  if (found) return found;
  throw new Refusal('ValidationError', `Stack with id ${nameOrId} does not exist`);
}

function settle(stack: ServedStack): void {
  if (!stack.next) return;
  stack.next.looks -= 1;
  if (stack.next.looks > 0) return;
  stack.next.then();
  stack.next = undefined;
}

function changeSetOf(self: StackServer, id: string): [ServedStack, ServedChangeSet] {
  for (const stack of self.stacks) {
    const found = stack.changeSets.get(id);
    if (found) return [stack, found];
  }
  throw new Refusal('ChangeSetNotFound', `ChangeSet [${id}] does not exist`);
}

function note(
  stack: ServedStack,
  logicalId: string,
  type: string,
  status: string,
  reason?: string,
): void {
  const id = String(stack.events.length);
  stack.events.unshift({ id, logicalId, type, status, ...(reason !== undefined && { reason }) });
}

function resourcesIn(template: string): Record<string, { Type: string }> {
  const { Resources = {} } = JSON.parse(template) as {
    Resources?: Record<string, { Type: string }>;
  };
  return Resources;
}

function tagsIn(input: Input): Record<string, string> {
  const keys = Object.keys(input).filter((name) => /^Tags\.member\.\d+\.Key$/.test(name));
  return Object.fromEntries(
    keys.map((name) => [input[name] ?? '', input[name.replace(/Key$/, 'Value')] ?? '']),
  );
}

const member = (inner: string): string => `<member>${inner}</member>`;

function xml(name: string, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  return `<${name}>${escaped}</${name}>`;
}
