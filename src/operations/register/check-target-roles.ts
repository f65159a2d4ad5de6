import type { ScheduledTask } from '../../aws/event-rules.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { InvalidInput } from '../../model/problems.ts';
import { targetNeeds, targetRoleFix } from '../../model/register/target-needs.ts';
import { askingOnce } from '../asking-once.ts';
import { whyUnseen } from '../if-allowed.ts';
import { judge } from '../roles/judge-role.ts';
import { readRole, roleName } from '../roles/role-policies.ts';

/** What the role of a rule or schedule does not allow, so that it could not run a revision. */
export interface TargetFault {
  task: ScheduledTask;
  why: string;
  /** The command that adds it to the role; undefined if something denies it. */
  fix: string | undefined;
}

/** What the roles of rules and schedules allow. */
export interface TargetRoles {
  faults: TargetFault[];
  /** What could not be checked, with the reason. */
  unchecked: string[];
}

/**
 * Checks by their policies whether the roles of rules and schedules let these run a revision. EventBridge does not
 * check that: a run that is not allowed fails without a trace in ECS. Each role is read once.
 */
export async function checkTargetRoles(
  given: Aws,
  tasks: readonly ScheduledTask[],
  revision: string,
  definition: TaskDefinition,
): Promise<TargetRoles> {
  const aws = askingOnce(given);
  const faults: TargetFault[] = [];
  const unchecked = new Set<string>();
  for (const task of tasks) {
    const { role, cluster } = task;
    if (role === undefined) continue;
    const name = roleName(role);
    try {
      const here = await aws.caller();
      const found = await readRole(await aws.iam(), role);
      const facts = { policies: new Map(), keyStates: new Map(), tags: new Map() };
      const findings = targetNeeds({ revision, cluster, definition }, here).map((need) =>
        judge(found, need, facts, here),
      );
      const wrong = findings.filter(({ verdict }) => verdict === 'missing' || verdict === 'denied');
      for (const { action, what, why } of findings.filter(({ verdict }) => verdict === 'unknown')) {
        unchecked.add(`whether the role ${name} allows ${action} for ${what}: ${why}`);
      }
      if (wrong.length === 0) continue;
      const lacks = wrong.map(({ action, what, why }) => `${action} for ${what} (${why})`);
      faults.push({
        task,
        why: `its role ${name} does not allow ${lacks.join(', ')}`,
        fix: targetRoleFix(name, cluster, wrong),
      });
    } catch (error) {
      // A policy may contain elements that our parser does not support.
      if (error instanceof InvalidInput) unchecked.add(`the role ${name}: ${error.message}`);
      else if (error instanceof CliError) unchecked.add(`the role ${name}: ${whyUnseen(error)}`);
      else throw error;
    }
  }
  return { faults, unchecked: [...unchecked] };
}
