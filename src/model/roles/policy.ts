import type { Scope } from '../secrets/partition.ts';

/** A statement of an IAM policy document, as this tool writes it. */
// What others wrote may have more.
export interface Statement {
  Sid: string;
  Effect: 'Allow';
  Principal?: { Service: string };
  Action: string | string[];
  Resource?: string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** An IAM policy document, as this tool writes it. */
export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: Statement[];
}

/**
 * Who may assume the execution role: ECS tasks, and unless `sourceCondition` is false only on
 * behalf of this account's ECS in this region (ECS guide, "task IAM role": confused deputy).
 */
export function trustPolicy(here: Scope, sourceCondition: boolean): PolicyDocument {
  const { partition, region, account } = here;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'EcsTasks',
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
        ...(sourceCondition && {
          Condition: {
            ArnLike: { 'aws:SourceArn': `arn:${partition}:ecs:${region}:${account}:*` },
            StringEquals: { 'aws:SourceAccount': account },
          },
        }),
      },
    ],
  };
}

/** ARN of the AWS managed policy for images from ECR and logs to CloudWatch. */
export function executionRolePolicyArn(partition: string): string {
  return `arn:${partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy`;
}

/** Whether two policy documents mean the same: lists of one and scalars, and orders, do not count. */
export function samePolicy(a: unknown, b: unknown): boolean {
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

/**
 * What the allowing statements of a policy document grant, as `ACTION on RESOURCE`, sorted; for
 * comparing documents of any origin. A key is granted `for` the secrets that its encryption
 * context names; a trust policy grants an action `by` its principals. Other conditions follow as
 * `if OPERATOR KEY VALUES`, but for `kms:ViaService`, which follows from the secret.
 */
export function grantsIn(document: unknown): string[] {
  return effectsIn(document, 'Allow');
}

/** What the denying statements of a policy document deny, in the same words. */
export function denialsIn(document: unknown): string[] {
  return effectsIn(document, 'Deny');
}

/** Statements with distinct names, as IAM asks: one that is named as an earlier one gets a number. */
export function withDistinctSids<T extends { Sid?: string | undefined }>(
  statements: readonly T[],
): T[] {
  const taken = new Set<string>();
  return statements.map((statement) => {
    const { Sid } = statement;
    if (Sid === undefined) return statement;
    let name = Sid;
    for (let number = 2; taken.has(name); number += 1) name = `${Sid}${number}`;
    taken.add(name);
    return name === Sid ? statement : { ...statement, Sid: name };
  });
}

/** Size of a policy document as IAM counts it: in characters, white space left out (IAM quotas). */
export function policySize(document: unknown): number {
  return JSON.stringify(document ?? '').replace(/\s/g, '').length;
}

// --- internal ---

/** A statement that anybody may have written. */
interface AnyStatement {
  Effect?: string;
  Principal?: unknown;
  NotPrincipal?: unknown;
  Action?: unknown;
  NotAction?: unknown;
  Resource?: unknown;
  NotResource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

function effectsIn(document: unknown, effect: 'Allow' | 'Deny'): string[] {
  const { Statement } = (document ?? {}) as { Statement?: unknown };
  const statements = listOf(Statement) as AnyStatement[];
  return sorted(statements.filter(({ Effect }) => Effect === effect).flatMap(effectsOf));
}

function effectsOf(statement: AnyStatement): string[] {
  const { Action, NotAction, Resource, NotResource, Principal, NotPrincipal } = statement;
  const tests = Object.entries(statement.Condition ?? {}).flatMap(([operator, test]) =>
    Object.entries(test).map(([key, values]) => ({ operator, key, values: listOf(values) })),
  );
  const contexts = tests.filter(({ key }) => key.startsWith('kms:EncryptionContext:'));
  const others = tests.filter((test) => test.key !== 'kms:ViaService' && !contexts.includes(test));
  const conditions = others.map(
    ({ operator, key, values }) => `${operator} ${key} ${values.join(', ')}`,
  );
  const ends = orOnce(
    contexts.flatMap(({ values }) => values.map((value) => ` for ${String(value)}`)),
  );
  const resources = [...named(Resource), ...named(NotResource, 'all but ')];
  const principals = [...named(Principal), ...named(NotPrincipal, 'all but ')];
  const who = principals.length > 0 ? ` by ${principals.join(', ')}` : '';
  const when = conditions.length > 0 ? ` if ${conditions.sort().join(' and ')}` : '';
  return [...named(Action), ...named(NotAction, 'all but ')].flatMap((action) =>
    orOnce(resources.map((resource) => ` on ${resource}`)).flatMap((resource) =>
      ends.map((end) => `${action}${resource}${end}${who}${when}`),
    ),
  );
}

/** Names in a member of a statement: actions, resources, or principals by their kind. */
function named(member: unknown, before = ''): string[] {
  const isByKind = typeof member === 'object' && member !== null && !Array.isArray(member);
  return (isByKind ? Object.values(member).flatMap(listOf) : listOf(member)).map(
    (one) => `${before}${String(one)}`,
  );
}

function orOnce(list: string[]): string[] {
  return list.length > 0 ? list : [''];
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function sorted(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const list = value
      .map(canonical)
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return list.length === 1 ? list[0] : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, canonical(member)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
