import type { Policy } from '../../model/roles/parse-policy.ts';
import { evaluate } from '../../model/roles/policy-evaluation.ts';
import type { PolicyContext } from '../../model/roles/policy-conditions.ts';
import type { RolePolicies } from '../access.ts';
import { ServiceError, type Environment } from '../service.ts';
import type { Document } from './documents.ts';
import type { ManagedPolicies } from './managed-policies.ts';

/** The rules for access to and by a role. Replaced as a whole on every change. */
export interface RoleRules {
  readonly trust: Document;
  readonly inline: ReadonlyMap<string, Document>;
  /** ARNs. */
  readonly attached: readonly string[];
  /** ARN of the permissions boundary. */
  readonly boundary: string | undefined;
}

/** An IAM role. */
export interface Role {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly created: Date;
  description: string | undefined;
  maxSessionDuration: number;
  tags: Map<string, string>;
  /** As last set. */
  readonly rules: RoleRules;
  /** Every setting that may still be effective, oldest first. */
  readonly history: { at: number; rules: RoleRules }[];
}

/** All roles of the account. */
export interface RoleBook {
  all(): Role[];
  /** Throws NoSuchEntity. */
  get(name: string): Role;
  /** Throws EntityAlreadyExists: names have to differ in more than case. */
  add(role: Omit<Role, 'rules' | 'history'>, rules: RoleRules): Role;
  /** Changes some rules of a role; effective after the propagation delay. */
  change(role: Role, changes: Partial<RoleRules>): void;
  remove(role: Role): void;
  /** The effective policies of a role; undefined if the role does not exist (yet). */
  policiesOf(arn: string): RolePolicies | undefined;
  /**
   * Who may assume a role, and its maximum session in seconds; undefined if it does not exist
   * (yet).
   */
  trustOf(arn: string): { trust: Policy; maxSessionDuration: number } | undefined;
  /** Whether the role exists and allows a service to assume it. */
  trusts(arn: string, by: { service: string; context: PolicyContext }): boolean;
  /** The same roles, with a copy of their managed policies; later changes do not affect it. */
  copy(managed: ManagedPolicies): RoleBook;
}

/**
 * Creates an account without roles, or with these. `delay` is how long changes take to be
 * effective, in ms.
 */
export function createRoleBook(
  environment: Environment,
  managed: ManagedPolicies,
  delay: number,
  roles = new Map<string, MutableRole>(),
): RoleBook {
  function inForce(arn: string): { role: MutableRole; rules: RoleRules } | undefined {
    const role = [...roles.values()].find((one) => one.arn === arn);
    const rules = role?.history.findLast(({ at }) => at + delay <= environment.now())?.rules;
    return role && rules && { role, rules };
  }

  return {
    all: () => [...roles.values()],
    get(name) {
      const role = roles.get(name.toLowerCase());
      if (role?.name !== name) {
        throw new ServiceError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
      }
      return role;
    },
    add(role, rules) {
      if (roles.has(role.name.toLowerCase())) {
        throw new ServiceError(
          'EntityAlreadyExists',
          `Role with name ${role.name} already exists.`,
          409,
        );
      }
      const added = { ...role, rules, history: [{ at: environment.now(), rules }] };
      roles.set(role.name.toLowerCase(), added);
      return added;
    },
    change(role, changes) {
      const own = roles.get(role.name.toLowerCase());
      if (!own) return;
      const now = environment.now();
      own.rules = { ...own.rules, ...changes };
      const old = own.history.findLastIndex(({ at }) => at + delay <= now);
      own.history.splice(0, Math.max(old, 0));
      own.history.push({ at: now, rules: own.rules });
    },
    remove(role) {
      roles.delete(role.name.toLowerCase());
    },
    policiesOf(arn) {
      const found = inForce(arn);
      if (!found) return undefined;
      const { role, rules } = found;
      return {
        id: role.id,
        tags: role.tags,
        identity: [
          ...[...rules.inline.values()].map(({ policy }) => policy),
          ...rules.attached.flatMap((one) => managed.inForce(one)?.policy ?? []),
        ],
        boundary:
          rules.boundary === undefined ? undefined : managed.inForce(rules.boundary)?.policy,
      };
    },
    trustOf(arn) {
      const found = inForce(arn);
      if (!found) return undefined;
      const { role, rules } = found;
      return { trust: rules.trust.policy, maxSessionDuration: role.maxSessionDuration };
    },
    trusts(arn, { service, context }) {
      const found = inForce(arn);
      if (!found) return false;
      const request = {
        action: 'sts:AssumeRole',
        resource: arn,
        principal: { kind: 'service' as const, service },
        context,
      };
      return evaluate([found.rules.trust.policy], request) === 'allowed';
    },
    copy: (ofManaged) => createRoleBook(environment, ofManaged, delay, copied(roles)),
  };
}

// --- internal ---

type MutableRole = Omit<Role, 'rules'> & { rules: RoleRules };

function copied(roles: ReadonlyMap<string, MutableRole>): Map<string, MutableRole> {
  // Rules and tags need no copy: they are always replaced as a whole.
  return new Map([...roles].map(([key, role]) => [key, { ...role, history: [...role.history] }]));
}
