import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import { evaluate } from '../../model/roles/policy-evaluation.ts';
import type { RoleFinding, RoleNeed } from '../../model/roles/role-check.ts';
import { whyUnseen } from '../if-allowed.ts';
import type { RoleWithPolicies } from './role-policies.ts';
import { requestOf } from './judge-role.ts';

/** Asks IAM itself, as long as the caller may. */
export function createSimulation(aws: Aws, { role, policies }: RoleWithPolicies) {
  let whyNot: string | undefined;
  return {
    whyNot: (): string | undefined => whyNot,
    async confirm(
      need: RoleNeed,
      finding: RoleFinding,
      found: RoleWithPolicies,
    ): Promise<RoleFinding> {
      if (whyNot !== undefined) return finding;
      const here = await aws.caller();
      try {
        const request = requestOf(found, need, here);
        const { decision, byOrganization, isOpen } = await (
          await aws.iam()
        ).simulate(role.arn, need.action, need.resource, request.context ?? {});
        const identity = policies.map(({ policy }) => policy);
        // The simulation does not know policies of resources: what only they allow it denies.
        const ownAllow = evaluate(identity, request) === 'allowed';
        const refuses =
          (decision === 'explicitDeny' || (decision === 'implicitDeny' && ownAllow)) &&
          (byOrganization || !isOpen);
        if (!refuses) return finding;
        const who = byOrganization ? 'a policy of the organization' : "IAM's own simulation";
        return { ...finding, verdict: 'denied', why: `${who} denies it`, by: 'simulation' };
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        whyNot = whyUnseen(error);
        return finding;
      }
    },
  };
}
