import { wordingsOf, type StartFailure } from '../start-failure.ts';

const throttling: readonly string[] = [
  'ThrottlingException',
  'Rate exceeded',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'being throttled',
  'error StatusCode: 429',
];

const readingParameters = [
  'SSM Parameter Store in',
  'retrieve secrets from ssm',
  'SSM: GetParameters',
];

const throttled = {
  id: 'throttled',
  title: 'AWS throttled the calls',
  outlook: 'passing',
  checks: [],
} as const;

/** Errors of AWS's services that do not depend on what was asked for. */
export const serviceFailures: readonly StartFailure[] = [
  // Throttling: a row that names the service stands before those that may match the same words.
  {
    ...throttled,
    cause:
      'too many tasks decrypt their values at once; all callers in the account share the quota of KMS',
    wordings: [...wordingsOf(readingParameters, ['may call KMS']), ['may call KMS']],
    advice: 'start fewer tasks at once, or raise the request quota of KMS',
  },
  {
    ...throttled,
    cause:
      'too many tasks read their parameters at once; Parameter Store takes 40 reads a second by default, shared by the whole account',
    wordings: wordingsOf(readingParameters, throttling),
    advice:
      'start fewer tasks at once, or raise the throughput of Parameter Store (higher-throughput setting), or read from Secrets Manager',
  },
  {
    ...throttled,
    cause: 'too many tasks log in to ECR at once; all callers in the account share its quota',
    wordings: wordingsOf(
      ['ECR: GetAuthorizationToken', 'CannotPullECRContainerError', 'ecr registry auth'],
      throttling,
    ),
    advice: 'start fewer tasks at once, or raise the quota of ECR for GetAuthorizationToken',
  },
  {
    ...throttled,
    cause:
      'too many tasks do the same at once; all callers in the account share the quota of a service',
    wordings: throttling.map((piece) => [piece]),
    advice: 'start fewer tasks at once, or raise the quota of the service that the reason names',
  },
  {
    id: 'credentials-rejected',
    title: 'AWS rejected the credentials of the execution role',
    cause: 'they had expired, or the clock of the container instance is wrong',
    outlook: 'passing',
    wordings: [
      ['ExpiredToken'],
      ['RequestExpired'],
      ['UnrecognizedClientException'],
      ['InvalidClientTokenId'],
      ['InvalidAccessKeyId'],
      ['InvalidSignatureException'],
      ['SignatureDoesNotMatch'],
      ['IncompleteSignature'],
      ['MissingAuthenticationToken'],
      ['RequestTimeTooSkewed'],
      ['security token included in the request is'],
      ['Signature expired:'],
    ],
    checks: [],
    advice:
      'check the clock and the ECS agent of the container instance; every task gets new credentials',
  },
  {
    id: 'service-unavailable',
    title: 'an AWS service returned an error',
    cause: 'it returned a server error (5xx), or a proxy on the way answered in its place',
    outlook: 'passing',
    wordings: [
      ['https response error StatusCode: 5'],
      ['status code: 5', 'request id:'],
      ['deserialization failed'],
      ['failed to decode response'],
      ['InternalServiceError:'],
      ['InternalServerError:'],
      ['InternalServerException:'],
      ['ServiceUnavailableException'],
      ['KMSInternalException'],
    ],
    checks: ['network'],
    advice: 'wait for the next task; if it fails too, check proxies and the AWS Health Dashboard',
  },
];
