import type { PolicyContext } from './policy-conditions.ts';
import type { Policy } from './parse-policy.ts';
import { contextKeysIn, type AccessPolicies } from './policy-evaluation.ts';
import { variablesIn } from './wildcard.ts';

/** Policies as they decide where all that is not known of a request turns out well. */
export interface AtBest {
  policies: AccessPolicies;
  /** The condition keys that are not known and that the policies ask for. */
  unknown: string[];
}

/**
 * Policies in which every condition holds that is about a key without a value in `context`, and no
 * denial does; `isAbsent` returns true for keys that are known to have none. What they refuse is refused whatever those values are; what they allow and the policies
 * themselves do not is not known.
 */
export function assumeUnknownsPass(
  { identity, boundary, resource, resourceDecides }: AccessPolicies,
  context: PolicyContext,
  isAbsent: (key: string) => boolean = () => false,
): AtBest {
  const known = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  const isUnknown = (key: string): boolean => !known.has(key.toLowerCase()) && !isAbsent(key);
  const better = (policy: Policy): Policy => ({
    ...policy,
    Statement: policy.Statement.flatMap((one) => betterStatement(one, isUnknown)),
  });
  const all = [...identity, boundary, resource].filter((policy) => policy !== undefined);
  return {
    policies: {
      identity: identity.map(better),
      boundary: boundary && better(boundary),
      resource: resource && better(resource),
      resourceDecides,
    },
    unknown: contextKeysIn(all).filter(isUnknown),
  };
}

/**
 * Whether a request of a role that ECS has assumed never has a condition key (IAM guide, "global
 * condition context keys"): those of people, of tags in requests, and of requests that services make in
 * their own name. Tags of the role are known, so that one without a value is one that it does not have.
 */
export function isAbsentForTasks(key: string): boolean {
  return /^aws:(multifactorauth|username$|sourceidentity$|federatedprovider$|requesttag\/|tagkeys$|sourcearn$|sourceaccount$|principaltag\/)/i.test(
    key,
  );
}

// --- internal ---

type Statement = Policy['Statement'][number];

type Test = (key: string) => boolean;

function betterStatement(statement: Statement, isUnknown: Test): Statement[] {
  const { Effect, Resource, NotResource, Condition = {} } = statement;
  const isOpen = (text: string): boolean => variablesIn(text).some(isUnknown);
  const isOpenKey = ([key, wanted]: [string, string[]]): boolean =>
    isUnknown(key) || wanted.some(isOpen);
  const conditions = Object.entries(Condition).map(
    ([operator, wanted]) => [operator, Object.entries(wanted)] as const,
  );
  if (Effect === 'Deny') {
    const isOpenDenial =
      conditions.some(([, wanted]) => wanted.some(isOpenKey)) || NotResource?.some(isOpen);
    const sure = Resource?.filter((one) => !isOpen(one));
    if (isOpenDenial || sure?.length === 0) return [];
    return [{ ...statement, Resource: sure }];
  }
  const except = NotResource?.filter((one) => !isOpen(one));
  return [
    {
      ...statement,
      ...(Resource && {
        Resource: Resource.map((one) => (isOpen(one) ? one.replace(/\$\{[^{}]*\}/g, '*') : one)),
      }),
      ...(except && except.length > 0 && { NotResource: except }),
      ...(except?.length === 0 && { NotResource: undefined, Resource: ['*'] }),
      Condition: Object.fromEntries(
        conditions.map(([operator, wanted]) => [
          operator,
          Object.fromEntries(wanted.filter((one) => !isOpenKey(one))),
        ]),
      ),
    },
  ];
}
