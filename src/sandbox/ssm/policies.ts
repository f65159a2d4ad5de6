import { ServiceError } from '../service.ts';
import { invalid } from './names.ts';
import type { Parameter, ParameterPolicy, ParameterStore } from './store.ts';

const mostPolicies = 10;
const types = ['Expiration', 'ExpirationNotification', 'NoChangeNotification'];

/**
 * Reads the policies of PutParameter; none for an empty list or a list of an empty policy. Throws
 * ValidationException, PoliciesLimitExceededException, InvalidPolicyTypeException or
 * InvalidPolicyAttributeException.
 */
export function readPolicies(text: string): ParameterPolicy[] {
  const policies = listIn(text).filter((one) => Object.keys(one).length > 0);
  if (policies.length > mostPolicies) {
    throw new ServiceError(
      'PoliciesLimitExceededException',
      `A parameter can have ${mostPolicies} policies at most.`,
    );
  }
  for (const { Type, Attributes } of policies) {
    if (!types.includes(Type)) {
      throw new ServiceError(
        'InvalidPolicyTypeException',
        `The policy type ${Type} is not supported. Parameter Store supports: ${types.join(', ')}.`,
      );
    }
    const { Timestamp = '', Before, After, Unit } = Attributes ?? {};
    const isComplete =
      Type === 'Expiration'
        ? !Number.isNaN(Date.parse(Timestamp))
        : /^\d+$/.test((Type === 'NoChangeNotification' ? After : Before) ?? '') &&
          /^(Days|Hours)$/.test(Unit ?? '');
    if (isComplete) continue;
    throw new ServiceError(
      'InvalidPolicyAttributeException',
      `The attributes of the policy ${Type} are not valid.`,
    );
  }
  return policies;
}

/** Removes the parameters whose Expiration has come. */
export function dropExpired(store: ParameterStore, now: number): ParameterStore {
  for (const [name, parameter] of store) if (isExpired(parameter, now)) store.delete(name);
  return store;
}

// --- internal ---

function isExpired({ versions }: Parameter, now: number): boolean {
  return (versions.at(-1)?.policies ?? []).some(
    ({ Type, Attributes }) =>
      Type === 'Expiration' && Date.parse(Attributes?.Timestamp ?? '') <= now,
  );
}

function listIn(text: string): ParameterPolicy[] {
  try {
    const list: unknown = JSON.parse(text);
    const isObject = (one: unknown): boolean => typeof one === 'object' && one !== null;
    if (Array.isArray(list) && list.every(isObject)) return list as ParameterPolicy[];
  } catch {
    // Reported below.
  }
  throw invalid('Parameter policies must be a JSON array of policies.');
}
