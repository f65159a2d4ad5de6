import { wordingsOf, type StartFailure } from '../start-failure.ts';

const credentials = {
  id: 'registry-credentials',
  title: 'the credentials of a private registry could not be used',
  cause:
    'the secret in repositoryCredentials could not be read, or is not a JSON object with a username and a password that are not empty; its ARN takes no :KEY:STAGE:VERSION',
  outlook: 'hopeless',
  checks: ['reference', 'existence', 'value', 'grant', 'role'],
  advice: 'store an object with username and password in that secret: ecs-secrets put sm:NAME',
} as const;

/** Failures to log in to a registry and to pull an image. */
export const imageFailures: readonly StartFailure[] = [
  {
    id: 'registry-denied',
    title: 'the execution role is not allowed to pull from ECR',
    cause: 'the role lacks the actions of AmazonECSTaskExecutionRolePolicy',
    outlook: 'maybe-role',
    wordings: [['not authorized to perform: ecr:']],
    around: [
      ['ecr registry auth', 'AccessDenied'],
      ['ECR: GetAuthorizationToken', 'AccessDenied'],
    ],
    checks: ['image', 'role'],
    advice:
      'attach it: ecs-secrets role create ROLE --managed-policy always --task-definition FAMILY',
  },
  {
    ...credentials,
    wordings: [
      ['AuthorizationData is malformed'],
      ['asm fetching authorization data'],
      ['CannotPullContainerAuthError'],
      // The secret itself is at fault, not the role or the network.
      ...wordingsOf(
        ['asm fetching secret'],
        ["can't find the specified secret", 'the secret because it was', 'Invalid name.'],
      ),
    ],
  },
  { ...credentials, wordings: [['asm fetching']], general: true },
  {
    id: 'image-not-pulled',
    title: 'the image could not be pulled',
    cause:
      'it does not exist, the role is not allowed to pull it, or the registry cannot be reached',
    outlook: 'hopeless',
    wordings: [
      ['CannotPullContainerError'],
      ['CannotPullImageManifestError'],
      ['CannotPullECRContainerError'],
      ["can't pull the image"],
    ],
    checks: ['image', 'network'],
    advice: 'check name and tag of the image; secrets are the cause only in a private registry',
    general: true,
  },
];
