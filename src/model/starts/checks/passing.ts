import type { Draft, StartFacts } from './facts.ts';

/**
 * Whether the caller may pass the roles to ECS, as required by RegisterTaskDefinition and RunTask.
 */
export function checkPassing({ passes, service }: StartFacts): Draft[] {
  return passes.map(({ role, what, decision, why }): Draft => {
    const about = { check: 'caller' as const, subject: role, fix: [] };
    if (decision === 'allowed') {
      return {
        ...about,
        status: 'ok',
        message: `you are allowed to pass the ${what} (iam:PassRole)`,
      };
    }
    if (decision === 'unseen') {
      return {
        ...about,
        status: 'not-checked',
        message: `whether you are allowed to pass the ${what} (iam:PassRole): ${why}`,
      };
    }
    return {
      ...about,
      // A service that already has the role can be deployed without this permission.
      status: service ? 'warning' : 'problem',
      message: `you are not allowed to pass the ${what} (iam:PassRole), as register and run-task need: ${why}`,
      // Prints the required permissions, which someone else may have to grant.
      fix: ['ecs-secrets policy caller --for register'],
      failure: 'role-not-passed',
    };
  });
}
