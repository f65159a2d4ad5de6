import type { Draft, StartFacts } from './facts.ts';

/** Whether the caller may hand the roles to ECS, which RegisterTaskDefinition and RunTask ask for. */
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
      // A service that has the role is deployed again without it.
      status: service ? 'warning' : 'problem',
      message: `you are not allowed to pass the ${what} (iam:PassRole), as register and run-task need: ${why}`,
      // It prints what has to be granted, which someone else may have to do.
      fix: ['ecs-secrets policy caller --for register'],
      failure: 'role-not-passed',
    };
  });
}
