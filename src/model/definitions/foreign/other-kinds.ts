import { isObject, listOf, membersOf, scalarText } from './found.ts';

/** What a document is that people give in place of a task definition, and what to do about it. */
export interface OtherKind {
  /** With its article: `a Kubernetes manifest`. */
  what: string;
  hint: string | undefined;
}

/** Recognizes input and output of ECS that only names a task definition, and other manifests. */
export function otherKind(document: unknown): OtherKind | undefined {
  const members = membersOf(document);
  const { taskDefinition, containerDefinitions } = members;
  if (containerDefinitions !== undefined) return undefined;
  const has = (...names: string[]): boolean => names.some((name) => name in members);
  if (has('apiVersion') && has('kind')) {
    return { what: 'a Kubernetes manifest', hint: undefined };
  }
  const [service] = listOf(members.services);
  if (has('serviceName', 'serviceArn') || 'serviceArn' in membersOf(service)) {
    return { what: 'the description of a service', hint: definitionHint(taskDefinition, service) };
  }
  if (isObject(taskDefinition)) return undefined;
  if (typeof taskDefinition === 'string' && has('service')) {
    return { what: 'the description of a service', hint: definitionHint(taskDefinition) };
  }
  const ofRun = [
    'cluster',
    'overrides',
    'launchType',
    'count',
    'startedBy',
    'networkConfiguration',
  ];
  if (typeof taskDefinition === 'string' && has(...ofRun)) {
    return { what: 'the input of run-task', hint: definitionHint(taskDefinition) };
  }
  if (has('containerOverrides')) {
    return { what: 'a list of overrides of run-task', hint: definitionHint(undefined) };
  }
  return undefined;
}

// --- internal ---

function definitionHint(written: unknown, service?: unknown): string {
  const named = scalarText(written) ?? scalarText(membersOf(service).taskDefinition);
  const isName = named !== undefined && /^[\w:/-]{1,300}$/.test(named);
  return isName
    ? `give the task definition that it runs: ${named.replace(/^arn:.*\//, '')}`
    : 'give the task definition that it runs';
}
