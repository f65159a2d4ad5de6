import type { StartFailure } from '../start-failure.ts';

/** Failures of the execution role itself, and of who may pass it. */
export const roleFailures: readonly StartFailure[] = [
  {
    id: 'role-not-passed',
    title: 'the caller is not allowed to pass the role to ECS',
    cause:
      'to register, run or deploy, the caller needs iam:PassRole on the execution role and the task role',
    outlook: 'maybe-role',
    wordings: [['not authorized to perform: iam:PassRole']],
    checks: ['caller'],
    advice: 'ecs-secrets policy caller --for register prints what the caller needs',
  },
  {
    id: 'role-not-assumable',
    title: 'ECS could not assume the execution role or the task role',
    cause:
      'the role does not exist, its trust policy leaves out ecs-tasks.amazonaws.com or names another account or region, or IAM has not propagated a new role yet',
    outlook: 'maybe-role',
    wordings: [
      ['unable to assume the'],
      ['trust relationship has been misconfigured'],
      ['could not be assumed'],
      ['not authorized to perform: sts:AssumeRole'],
    ],
    checks: ['role', 'trust'],
    advice: 'ecs-secrets role create ROLE --task-definition FAMILY fixes its trust policy',
  },
  {
    id: 'no-execution-role',
    title: 'the task has no execution role',
    cause: 'the task definition names none, or the agent got no credentials for it',
    outlook: 'maybe-role',
    wordings: [
      ['find execution role credentials'],
      ['get execution role credentials'],
      ['engine ecr credentials: not found'],
      ['static credentials are empty'],
      ['failed to refresh cached credentials'],
      ["must also specify a value for 'executionRoleArn'"],
      ['requires task definition to have execution role ARN'],
      ['Role is not valid'],
    ],
    checks: ['role'],
    advice: 'ecs-secrets role create makes one, register --execution-role ROLE names it',
  },
];
