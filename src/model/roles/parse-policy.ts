import * as z from 'zod/mini';
import '../english.ts';
import { InvalidInput } from '../problems.ts';
import { isConditionOperator } from './policy-conditions.ts';

/** Where a policy hangs: on an identity, on a role as its trust, or on a resource (secret, key). */
export type PolicyKind = 'identity' | 'trust' | 'resource';

/** A policy document that was read: lists are always lists. */
export type Policy = z.output<typeof policySchema>;

/**
 * Reads a policy document (JSON text, or the value it holds) and checks its structure. Throws
 * InvalidInput with a sentence for each problem.
 */
export function parsePolicy(document: unknown, kind: PolicyKind): Policy {
  let value = document;
  if (typeof document === 'string') {
    try {
      value = JSON.parse(document) as unknown;
    } catch {
      throw new InvalidInput('the policy is not valid JSON');
    }
  }
  const parsed = policySchema.safeParse(value);
  if (!parsed.success) {
    throw new InvalidInput(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'policy'}: ${message}`),
    );
  }
  const problems = parsed.data.Statement.flatMap((statement, index) =>
    statementProblems(statement, kind).map((problem) => `Statement.${index}: ${problem}`),
  );
  if (problems.length > 0) throw new InvalidInput(problems);
  return parsed.data;
}

/** Policies of the older version have no variables: `${…}` is text in them. */
export function hasVariables({ Version }: Policy): boolean {
  return Version === '2012-10-17';
}

// --- internal ---

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

const listOfText = z.pipe(z.union([z.string(), z.array(z.string())]), z.transform(listOf<string>));

const scalar = z.pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(String));

const conditionValues = z.pipe(z.union([scalar, z.array(scalar)]), z.transform(listOf<string>));

const principalTypes = ['AWS', 'Service', 'Federated', 'CanonicalUser'] as const;
type PrincipalType = (typeof principalTypes)[number];

const principals = z.union([
  z.pipe(
    z.literal('*'),
    z.transform((): Partial<Record<PrincipalType, string[]>> => ({ AWS: ['*'] })),
  ),
  z.partialRecord(z.enum(principalTypes), listOfText),
]);

const statementSchema = z.strictObject({
  Sid: z.optional(z.string()),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.optional(principals),
  NotPrincipal: z.optional(principals),
  Action: z.optional(listOfText),
  NotAction: z.optional(listOfText),
  Resource: z.optional(listOfText),
  NotResource: z.optional(listOfText),
  Condition: z.optional(z.record(z.string(), z.record(z.string(), conditionValues))),
});

const policySchema = z.strictObject({
  Version: z.optional(z.enum(['2012-10-17', '2008-10-17'])),
  Id: z.optional(z.string()),
  Statement: z.pipe(
    z.union([z.array(statementSchema).check(z.minLength(1)), statementSchema]),
    z.transform((value) => (Array.isArray(value) ? value : [value])),
  ),
});

type Statement = z.output<typeof statementSchema>;

/** What is missing or forbidden in a statement for where its policy hangs. */
function statementProblems(statement: Statement, kind: PolicyKind): string[] {
  const problems: string[] = [];
  const exactlyOne = (a: keyof Statement, b: keyof Statement): void => {
    if ((statement[a] === undefined) === (statement[b] === undefined)) {
      problems.push(`it needs either ${a} or ${b}`);
    }
  };
  const forbidden = (member: keyof Statement): void => {
    if (statement[member] !== undefined) problems.push(`${member} is not allowed in such a policy`);
  };
  exactlyOne('Action', 'NotAction');
  for (const action of [...(statement.Action ?? []), ...(statement.NotAction ?? [])]) {
    if (action !== '*' && !/^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$/.test(action)) {
      problems.push(`"${action}" is not an action: write service:Operation`);
    }
  }
  if (kind === 'trust') {
    forbidden('Resource');
    forbidden('NotResource');
  } else {
    exactlyOne('Resource', 'NotResource');
  }
  if (kind === 'identity') {
    forbidden('Principal');
    forbidden('NotPrincipal');
  } else {
    exactlyOne('Principal', 'NotPrincipal');
  }
  for (const member of ['Action', 'NotAction', 'Resource', 'NotResource'] as const) {
    if (statement[member]?.length === 0) problems.push(`${member} is an empty list`);
  }
  if (kind === 'identity') {
    for (const resource of [...(statement.Resource ?? []), ...(statement.NotResource ?? [])]) {
      if (resource !== '*' && !/^arn:([^:]*:){4}./s.test(resource)) {
        problems.push(`"${resource}" is neither an ARN nor "*"`);
      }
    }
  }
  for (const operator of Object.keys(statement.Condition ?? {})) {
    if (!isConditionOperator(operator)) problems.push(`"${operator}" is not a condition operator`);
  }
  return problems;
}
