import { describe, expect, it } from 'vitest';
import { outlookOf } from '../../../src/model/failures/outlook.ts';
import type { Outlook } from '../../../src/model/failures/start-failure.ts';
import { agentReasons } from './agent-reasons.labels.ts';
import { labelledReasons } from './stop-reasons.labels.ts';

const wrapping =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): ';
const denied =
  'AccessDeniedException: User: x is not authorized to perform: ssm:GetParameters on resource: y';
const missing = 'invalid parameters: /shop/db';
const throttled = 'ThrottlingException: Rate exceeded';

const reasons: readonly [Outlook, ...string[]][] = [
  [
    'passing',
    wrapping + throttled,
    `CannotPullECRContainerError: ${throttled}`,
    'TooManyRequestsException: Too Many Requests',
    'CannotPullContainerError: toomanyrequests: You have reached your pull rate limit',
    'Unexpected EC2 error while attempting to tag network interface: RequestLimitExceeded: Request limit exceeded.',
    'Timeout waiting for network interface provisioning to complete.',
    'RESOURCE:MEMORY',
    'RESOURCE:ENI',
    'Capacity is unavailable at this time. Please try again later or in a different availability zone',
    "You've reached the limit on the number of vCPUs you can run concurrently",
    'was unable to place a task because no container instance met all of its requirements.',
    `${wrapping}operation error SSM: GetParameters, https response error StatusCode: 503, RequestID: x, api error ServiceUnavailable: try later`,
    `${wrapping}InternalServerError: An error occurred on the server side. status code: 500, request id: x`,
    `${wrapping}RequestCanceled: request context canceled caused by: context deadline exceeded`,
    `${wrapping}something new: StatusCode: 502`,
    `${wrapping}operation error SSM: GetParameters, failed to get rate limit token, retry quota exceeded, 0 available, 5 requested`,
    'CannotPullContainerError: failed to do request: Head "https://x/v2/": dial tcp 1.2.3.4:443: i/o timeout',
    'CannotPullContainerError: received unexpected HTTP status: 503 Service Unavailable',
    'failed to download env files: file download command: RequestCanceled: request context cancelled',
    'DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s',
    'CannotPullContainerError: unexpected status from HEAD request to https://registry-1.docker.io/v2/library/httpd/manifests/2.4: 502 Bad Gateway',
    'CannotPullContainerError: received unexpected HTTP status: 502 Bad Gateway',
    'CannotPullContainerError: unexpected status code [manifests latest]: 504 Gateway Time',
    'CannotPullContainerError: status code 502',
    'CannotPullContainerError: TooManyRequests',
    'CannotPullContainerError: 429 Too Many Requests',
    'CannotPullContainerError: net/http: request canceled',
    'CannotPullContainerError: net/http: request cancelled',
    'CannotPullContainerError: request context canceled',
    'CannotPullContainerError: request context cancelled',
    'CannotPullContainerError: InternalError',
    'CannotPullContainerError: 500 Internal Server Error',
    'CannotPullContainerError: InternalServiceError',
    'CannotPullContainerError: internal server error',
    'CannotPullContainerError: ServiceUnavailable',
    'CannotPullContainerError: SlowDown',
    'CannotPullContainerError: 504 Gateway Timeout',
    'CannotPullContainerError: connection reset by peer',
    'CannotPullContainerError: dial tcp: lookup registry.example.com: no such host',
    'CannotPullContainerError: unexpected EOF',
    'asm fetching secret from the service for x: api error UnrecognizedClientException: The security token included in the request is invalid',
    'ResourceInitializationError: failed to validate logger args: signal: killed',
    'unable to pull secrets or registry auth... context deadline exceeded',
    'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR.',
    'ResourceInitializationError: unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets Manager.',
    'unable to retrieve secrets from ssm: RequestCanceled: request context canceled caused by: context deadli...',
    "secret x: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 503, RequestID: x, deserialization failed, failed to decode response body, invalid character '<' looking for beginning of value",
    'unable to download env file with key a from bucket b, error: operation error S3: GetObject, https response error StatusCode: 0, RequestID: , request send failed, Get "https://b": dial tcp: lookup b: no such host',
  ],
  [
    'maybe-role',
    wrapping + denied,
    "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/x' that was provided for this task.",
    `${wrapping}AccessDeniedException: Access to KMS is not allowed`,
    'CannotPullContainerError: pulling from host x failed with status code [manifests latest]: 403 Forbidden',
    'ResourceInitializationError: failed to download env files: operation error S3: HeadObject, https response error StatusCode: 403, api error Forbidden: Forbidden',
    'ResourceInitializationError: failed to invoke EFS utils commands: mount failed: access denied by server',
    `asm fetching secret from the service for x: something: AccessDenied`,
    'failed to create Cloudwatch log stream: AccessDeniedException: User: x is not authorized to perform: logs:CreateLogStream',
    'CannotPullECRContainerError: AccessDeniedException: User: x is not authorized to perform: ecr:GetAuthorizationToken on resource: *',
    'asm resource: unable to find execution role credentials',
    'User: x is not authorized to perform: iam:PassRole on resource: y',
    'User: x is not authorized to perform: secretsmanager:GetSecretValue on resource: y',
  ],
  [
    'hopeless',
    wrapping + missing,
    "invalid character 'h' looking for beginning of value",
    'CannotPullContainerError: repository x not found',
    'unable to download env file with key a from bucket b, error: NoSuchKey: The specified key does not exist.',
    `${wrapping}something new`,
    'unable to retrieve secret from a new store: it is closed',
    'CannotPullNewKindOfImageError: it has no layers',
    'ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: No such file or directory',
    'unexpected ARN format with parameters when trying to retrieve ASM secret',
    'retrieved secret from Secrets Manager did not contain json key user',
    `${wrapping}InvalidKeyId: arn:aws:kms:us-east-1:123456789012:key/x is pending deletion. (Service: AWSKMS; Status Code: 400)`,
    'The task cannot find the Amazon CloudWatch log group defined in the task definition.',
    `fetching secret data from SSM Parameter Store in us-east-1: ValidationException: Invalid parameter name: /é`,
    'The Systems Manager parameter name specified for secret DB is invalid.',
    'asm fetching username: AuthorizationData is malformed, empty field',
    "You can't perform this operation on the secret because it was marked for deletion.",
    "The task can't retrieve the secret with ARN 'x' from AWS Secrets Manager. Check whether the secret exists in the specified Region.",
    'ValidationException: Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    "can't find the specified secret value for staging label: AWSPENDING",
    "failed to fetch secret x from secrets manager: ValidationException: 1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must have length greater than or equal to 32",
    'You provided a VersionStage that is not associated to the provided VersionId.',
    // Three dots that do not cut the text off.
    'ResourceInitializationError: failed in ... a place that is new',
  ],
  [
    'unclear',
    'Essential container in task exited (web exited with 1)',
    'OutOfMemoryError: Container killed due to memory usage',
    'Task failed ELB health checks in (target-group x)',
    'Essential container in task exited (web: cannot open /var/timeout; sidecar exited with 2)',
    'CannotStartContainerError: Error response from daemon: no such device',
    'a task stopped for no stated reason',
    'Service deployment rolled back because of hook execution failure(s) detected.',
    '',
    'ATTRIBUTE',
    'ECS deployment circuit breaker: tasks failed to start.',
    // Cut off before the cause.
    `${wrapping}failed to fetch secret arn:aws:secretsmanager:eu-west-2:123456789012...`,
    `${wrapping}service call has been retried 5 time(s)…`,
    `${wrapping}service call has been retried 5 time(s)...".)`,
  ],
];

describe.each(reasons)('the outlook is %s', (outlook, ...texts) => {
  it.each(texts)('of: %s', (text) => {
    expect(outlookOf(text)).toBe(outlook);
  });
});

describe('of several failures', () => {
  const exited = 'Essential container in task exited OutOfMemoryError';
  const several: [string, string[], Outlook][] = [
    [
      'hopeless, as a missing secret does not come back',
      [missing, denied, throttled, exited],
      'hopeless',
    ],
    ['a denial, that may be none soon', [throttled, denied, exited], 'maybe-role'],
    ['unclear, as the value may be to blame', [throttled, exited], 'unclear'],
    ['unclear, as a health check failed', [throttled, 'Task failed ELB health checks'], 'unclear'],
    [
      'unclear, as an attribute is missing',
      [throttled, 'missing an attribute required by your task'],
      'unclear',
    ],
    [
      'hopeless, as one of the files does not exist',
      [
        'unable to download env file with key a from bucket b, error: operation error S3: GetObject, https response error StatusCode: 0, RequestID: , request send failed, Get "https://b": EOF',
        'unable to download env file with key a from bucket b, error: NoSuchKey: The specified key does not exist.',
      ],
      'hopeless',
    ],
    [
      'passing, where all are',
      [throttled, 'operation error SSM: GetParameters, https response error StatusCode: 0'],
      'passing',
    ],
  ];
  it.each(several)('it is %s', (_why, texts, outlook) => {
    expect(outlookOf(texts.join('; '))).toBe(outlook);
    expect(outlookOf(texts.toReversed().join(';'))).toBe(outlook);
  });
});

it('is hopeless of no published reason whose words say that it may pass', () => {
  const hopeless = [...labelledReasons, ...agentReasons]
    .map(({ text }) => text)
    .filter((text) => outlookOf(text) === 'hopeless');
  expect(
    hopeless.filter((text) => /throttl|rate exceeded|not authorized|deadline|i\/o/i.test(text)),
  ).toEqual([]);
  expect(hopeless.length).toBeGreaterThan(60);
});
