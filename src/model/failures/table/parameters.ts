import type { StartFailure } from '../start-failure.ts';

/** Failures to read from Parameter Store (agent/ssm), and references that ECS itself rejects. */
export const parameterFailures: readonly StartFailure[] = [
  {
    id: 'parameter-denied',
    title: 'the execution role is not allowed to read a parameter',
    cause:
      'no policy of the role allows ssm:GetParameters on it (ssm:GetParameter is another action), or one denies it',
    outlook: 'maybe-role',
    wordings: [['not authorized to perform: ssm:GetParameter']],
    around: [
      ['SSM Parameter Store', 'AccessDenied', ':parameter/'],
      ['SSM: GetParameters', 'AccessDenied'],
    ],
    checks: ['grant', 'role'],
    advice: 'grant it: ecs-secrets role create ROLE --task-definition FAMILY',
  },
  {
    id: 'parameter-name-malformed',
    title: 'a parameter cannot have this name',
    cause: 'the reference is empty, or has characters that Parameter Store does not accept',
    outlook: 'hopeless',
    wordings: [
      ['Invalid parameter name'],
      ['SSM: GetParameters', 'ValidationException'],
      ["Value at 'names.", 'length greater than or equal to 1'],
    ],
    checks: ['reference'],
    advice: 'correct the name in valueFrom',
  },
  {
    id: 'parameter-missing',
    title: 'a parameter does not exist',
    cause:
      "the task's region has none with this name or version; the bare name of a Secrets Manager secret is read as a parameter, too",
    outlook: 'hopeless',
    wordings: [
      ['invalid ssm parameters:'],
      ['invalid parameters:'],
      ['ParameterNotFound'],
      ['ParameterVersionNotFound'],
    ],
    checks: ['existence', 'reference'],
    advice: 'create it (ecs-secrets put NAME), or refer to the secret as sm:NAME',
  },
  {
    id: 'reference-refused',
    title: 'ECS rejects a reference',
    cause:
      'it is malformed, of another account, or its name is used twice in the container (in secrets, or in environment too)',
    outlook: 'hopeless',
    wordings: [
      ['Systems Manager parameter name specified for secret'],
      ['Systems Manager parameter ARN'],
      ['Duplicate secret names found'],
      ['secret name must be unique'],
      ['secret.valueFrom should not be null'],
      // Of FSx and credential specs (agent/taskresource).
      ['unsupported credentialsParameter'],
      ['expected fsx credential ssm arn'],
      ['unsupported credentialspec ARN'],
      ['invalid credentialspec file specification'],
      ['the provided SSM parameter:', 'invalid format'],
    ],
    checks: ['reference', 'limits'],
    advice: 'ecs-secrets register writes references from sm:NAME:KEY and /path/NAME',
  },
];
