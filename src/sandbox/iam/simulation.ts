import type { Policy } from '../../model/roles/parse-policy.ts';
import {
  contextKeysIn,
  evaluate,
  evaluateAccess,
  type Decision,
  type PolicyRequest,
  type RequestPrincipal,
} from '../../model/roles/policy-evaluation.ts';
import type { PolicyContext } from '../../model/roles/policy-conditions.ts';
import { list, notHere, oneOf, operation, optional, structure, text } from '../protocol/input.ts';
import { ServiceError, type Operation } from '../service.ts';
import { cut, paging, policyDocument, type IamWorld } from './common.ts';
import { readDocument } from './documents.ts';
import type { Role } from './roles.ts';

const arn = text(20, 2048);
const resourceName = text(1, 2048);
const types = ['string', 'numeric', 'boolean', 'ip', 'binary', 'date'] as const;
const contextEntry = structure({
  ContextKeyName: text(5, 256),
  ContextKeyValues: optional(list(text())),
  ContextKeyType: optional(oneOf([...types, ...types.map((type) => `${type}List` as const)])),
});
type ContextEntry = ReturnType<typeof contextEntry>;

/** A policy of a simulation, with its name in results. */
interface Source {
  id: string;
  type: string;
  policy: Policy;
}

/** The parts that are the same for every action and resource of a simulation. */
interface Scenario {
  identity: Source[];
  boundary: Policy | undefined;
  resource: Source | undefined;
  principal: RequestPrincipal;
  context: PolicyContext;
  /** Every statement that results may name, as a separate policy. */
  statements: Source[];
  /** Keys that the policies use and the simulation did not get. */
  missing: string[];
}

/** The policy simulator. */
export function simulationOperations(world: IamWorld): Record<string, Operation> {
  return {
    SimulatePrincipalPolicy: operation(
      {
        PolicySourceArn: arn,
        PolicyInputList: optional(list(policyDocument)),
        PermissionsBoundaryPolicyInputList: optional(list(policyDocument, 0, 1)),
        PolicyExclusionList: notHere('PolicyExclusionList'),
        ActionNames: list(text(3, 128)),
        ResourceArns: optional(list(resourceName)),
        ResourcePolicy: optional(policyDocument),
        ResourceOwner: optional(resourceName),
        CallerArn: optional(resourceName),
        ContextEntries: optional(list(contextEntry)),
        ResourceHandlingOption: notHere('ResourceHandlingOption'),
        ...paging,
      },
      (input) => {
        const identity = identityOf(world, input.PolicySourceArn);
        const { ActionNames: actions, ResourceArns: given = [] } = input;
        const resources = given.length === 0 ? ['*'] : given;
        checkNames(actions, resources);
        const [boundary] = input.PermissionsBoundaryPolicyInputList ?? [];
        const scenario = scenarioOf({
          identity: [
            ...identity.policies,
            ...(input.PolicyInputList ?? []).map((document, index) =>
              source(`PolicyInputList.${index + 1}`, read(document, 'identity')),
            ),
          ],
          boundary: boundary === undefined ? identity.boundary : read(boundary, 'identity'),
          resource:
            input.ResourcePolicy === undefined
              ? undefined
              : source('ResourcePolicy', read(input.ResourcePolicy, 'resource'), 'Resource Policy'),
          principal: callerOf(world, input.CallerArn ?? input.PolicySourceArn),
          context: contextOf(input.ContextEntries ?? []),
        });
        const results = actions.map((action, index) => ({
          key: String(index).padStart(6, '0'),
          result: simulate(scenario, action, resources),
        }));
        const { items, ...rest } = cut(results, ({ key }) => key, input);
        return { EvaluationResults: items.map(({ result }) => result), ...rest };
      },
    ),
  };
}

// --- internal ---

/** From the least to the most restrictive. */
const restrictive: readonly Decision[] = ['allowed', 'implicitDeny', 'explicitDeny'];

/** One result per action, combined over all resources. */
function simulate(scenario: Scenario, action: string, resources: readonly string[]): object {
  const each = resources.map((resource) => ({ resource, ...decide(scenario, action, resource) }));
  const decision = each
    .map((one) => one.decision)
    .reduce((a, b) => (restrictive.indexOf(b) > restrictive.indexOf(a) ? b : a));
  const matched = each.filter((one) => one.decision === decision).flatMap((one) => one.matched);
  const missing = scenario.missing;
  const bounded = (byAll: boolean) =>
    scenario.boundary && {
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: byAll },
    };
  return {
    EvalActionName: action,
    EvalResourceName: '*',
    EvalDecision: decision,
    MatchedStatements: [...new Set(matched)].map(statement),
    MissingContextValues: missing,
    ...bounded(each.every((one) => one.inBoundary)),
    ...(resources.some((resource) => resource !== '*') && {
      EvalDecisionDetails: {},
      ResourceSpecificResults: each.map((one) => ({
        EvalResourceName: one.resource,
        EvalResourceDecision: one.decision,
        MatchedStatements: one.matched.map(statement),
        MissingContextValues: missing,
        EvalDecisionDetails: {},
        ...bounded(one.inBoundary),
      })),
    }),
  };
}

function decide(
  { identity, boundary, resource: policy, principal, context, statements }: Scenario,
  action: string,
  resource: string,
): { decision: Decision; matched: Source[]; inBoundary: boolean } {
  const request: PolicyRequest = { action, resource, principal, context };
  const { decision } = evaluateAccess(
    {
      identity: identity.map((one) => one.policy),
      boundary,
      resource: policy?.policy,
      resourceDecides: policy !== undefined && /^kms:/i.test(action),
    },
    request,
  );
  return {
    decision,
    matched:
      decision === 'implicitDeny'
        ? []
        : statements.filter((one) => evaluate([one.policy], request) === decision),
    inBoundary: !boundary || evaluate([boundary], request) === 'allowed',
  };
}

function scenarioOf(parts: Omit<Scenario, 'statements' | 'missing'>): Scenario {
  const { identity, boundary, resource, context } = parts;
  const given = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  const named = [...identity, ...(resource ? [resource] : [])];
  const keys = contextKeysIn([
    ...named.map(({ policy }) => policy),
    ...(boundary ? [boundary] : []),
  ]);
  const statements = named.flatMap(({ id, type, policy }) =>
    policy.Statement.map((one) => source(id, { ...policy, Statement: [one] }, type)),
  );
  return { ...parts, statements, missing: keys.filter((key) => !given.has(key.toLowerCase())) };
}

function source(id: string, policy: Policy, type = 'IAM Policy'): Source {
  return { id, type, policy };
}

function statement({ id, type }: Source): object {
  return { SourcePolicyId: id, SourcePolicyType: type };
}

function policiesOf({ managed }: IamWorld, { name, rules }: Role): Source[] {
  return [
    ...[...rules.inline].map(([policy, { policy: read }]) =>
      source(`role_${name}_${policy}`, read),
    ),
    ...rules.attached.flatMap((one) => {
      const found = managed.find(one);
      return found ? [source(found.name, found.defaultVersion.document.policy)] : [];
    }),
  ];
}

function boundaryOf({ managed }: IamWorld, { rules }: Role): Policy | undefined {
  if (rules.boundary === undefined) return undefined;
  return managed.find(rules.boundary)?.defaultVersion.document.policy;
}

function read(document: string, kind: 'identity' | 'resource'): Policy {
  return readDocument(document, kind).policy;
}

/** The account's owner may do everything; a role what its policies allow. */
function identityOf(
  world: IamWorld,
  written: string,
): { policies: Source[]; boundary: Policy | undefined } {
  const { account, partition } = world.environment;
  if (written === `arn:${partition}:iam::${account}:user/sandbox`) {
    const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
    const document = JSON.stringify({ Version: '2012-10-17', Statement: [everything] });
    return { policies: [source('owner', read(document, 'identity'))], boundary: undefined };
  }
  const role = roleOf(world, written);
  return { policies: policiesOf(world, role), boundary: boundaryOf(world, role) };
}

function roleOf({ environment, roles }: IamWorld, written: string): Role {
  const { kind, name } = entityOf(environment.account, written);
  const role = roles.all().find((one) => one.arn === written);
  if (role) return role;
  throw new ServiceError('NoSuchEntity', `The ${kind} with name ${name} cannot be found.`, 404);
}

function callerOf({ environment }: IamWorld, written: string): RequestPrincipal {
  const { kind } = entityOf(environment.account, written);
  return { kind: kind === 'role' ? 'role' : 'user', arn: written };
}

function entityOf(account: string, written: string): { kind: string; name: string } {
  const pattern = /^arn:[^:]+:iam::(\d{12}):(user|group|role)\/(?:.*\/)?([^/]+)$/;
  const [, owner, kind = '', name = ''] = pattern.exec(written) ?? [];
  if (owner === account) return { kind, name };
  throw invalid(`Invalid Entity Arn: ${written} does not clearly define entity type and name.`);
}

function contextOf(entries: readonly ContextEntry[]): PolicyContext {
  return Object.fromEntries(
    entries.map(({ ContextKeyName: key, ContextKeyValues: values = [], ContextKeyType: type }) => {
      const [only] = values;
      const single = !type?.endsWith('List') && values.length === 1 && only !== undefined;
      return [key, single ? only : values];
    }),
  );
}

function checkNames(actions: readonly string[], resources: readonly string[]): void {
  for (const action of actions) {
    if (/^[a-z0-9-]+:[a-z0-9]+$/i.test(action)) continue;
    throw invalid(`Invalid Action Name: ${action}`);
  }
  for (const resource of resources) {
    if (resource === '*' || /^arn:([^:]*:){4}./s.test(resource)) continue;
    throw invalid(`Invalid Resource Arn: ${resource}`);
  }
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidInput', message);
}
