import type { LabelledReason } from './stop-reasons.labels.ts';

const id = 'f3b0c442-98fc-1c14-9afb-f4c8996fb924';
const inChina = 'arn:aws-cn:secretsmanager:cn-north-1:210987654321:secret:pay/card-key-x9Yz01';
const inGov = 'arn:aws-us-gov:secretsmanager:us-gov-west-1:210987654321:secret:pay/geofence-x9Yz01';
const inTokyo = 'arn:aws:secretsmanager:ap-northeast-1:210987654321:secret:rds!db-77-Qq1Ww2';
const role = 'arn:aws:sts::210987654321:assumed-role/ssm-timeout-role/0fedcba987654321';
const key = 'arn:aws:kms:eu-central-1:210987654321:key/mrk-0123456789abcdef0123456789abcdef';

/** The words of AWS's SDK for Go v2 before the error of a call. */
const failed = (call: string, status: number, attempts = ''): string =>
  `operation error ${call}, ${attempts}https response error StatusCode: ${status}, RequestID: ${status === 0 ? '' : id}, `;
const often = 'exceeded maximum number of attempts, 3, ';
const readSecret = 'Secrets Manager: GetSecretValue';
const readParameters = 'SSM: GetParameters';
const twice = (arn: string, error: string): string => `secret ${arn}: ${error}: ${error}`;
const fromSsm = (region: string): string =>
  `fetching secret data from SSM Parameter Store in ${region}: `;
const gone = (arn: string): string =>
  `ResourceNotFoundException: The task can't retrieve the secret with ARN '${arn}' from AWS Secrets Manager. Check whether the secret exists in the specified Region: ${failed(readSecret, 400)}ResourceNotFoundException: Secrets Manager can't find the specified secret`;
const notSent = (host: string, why: string): string =>
  `request send failed, ${host.startsWith('s3') ? 'Get' : 'Post'} "https://${host}/": ${why}`;
const denied = (action: string, resource: string, why: string): string =>
  `api error AccessDeniedException: User: ${role} is not authorized to perform: ${action} on resource: ${resource} ${why}`;

type Id = LabelledReason['failures'][number];

const texts: readonly [Id | readonly Id[], ...string[]][] = [
  [
    'secret-missing',
    `${gone(inChina)}.`,
    `${gone(inGov)}.`.toUpperCase(),
    `${gone(inTokyo)}.`.toLowerCase(),
    // The agent's releases up to 1.84.
    `ResourceInitializationError: The task can't retrieve the secret with ARN '${inTokyo}' from AWS Secrets Manager. Check that the secret ARN is correct: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
  ],
  [
    'stage-missing',
    `${gone(inChina)} value for staging label: AWSPREVIOUS`,
    `${gone(inGov)} value for staging label: blue`,
  ],
  [
    'version-missing',
    `${gone(inTokyo)} value for VersionId: ${id}`,
    `fetching secret data from AWS Secrets Manager in region ap-northeast-1: secret ${inTokyo}: InvalidRequestException: You provided a VersionStage that is not associated to the provided VersionId.\n\tstatus code: 400, request id: ${id}`,
  ],
  [
    'secret-deleted',
    twice(
      inChina,
      `${failed(readSecret, 400)}InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.`,
    ),
    twice(
      inGov,
      `${failed(readSecret, 400)}InvalidRequestException: You can’t perform this operation on the secret because it was deleted.`,
    ),
  ],
  [
    ['registry-credentials', 'secret-deleted'],
    `asm fetching secret from the service for ${inTokyo}: ${failed(readSecret, 400)}InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.`,
  ],
  [
    'secret-denied',
    ...[
      'because no permissions boundary allows the secretsmanager:GetSecretValue action',
      'with an explicit deny in an identity-based policy: arn:aws:iam::210987654321:policy/deny-all',
      'because no resource-based policy allows the secretsmanager:GetSecretValue action',
      'because no session policy allows the secretsmanager:GetSecretValue action',
      'with an explicit deny in a resource control policy',
    ].map((why) =>
      twice(
        inGov,
        `${failed(readSecret, 400)}${denied('secretsmanager:GetSecretValue', inGov, why)}`,
      ),
    ),
  ],
  [
    'key-denied',
    twice(
      inTokyo,
      `${failed(readSecret, 400)}api error AccessDeniedException: Access to KMS is not allowed. This version of secret is not encrypted with the current KMS key.`,
    ),
    `${fromSsm('eu-central-1')}${failed(readParameters, 400)}api error AccessDeniedException: User: ${role} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  ],
  [
    'key-unusable',
    `${fromSsm('eu-central-1')}${failed(readParameters, 400)}InvalidKeyId: ${key} is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException; Request ID: ${id}; Proxy: null)`,
    twice(
      inChina,
      `${failed(readSecret, 400)}InvalidRequestException: You can't perform this operation because the KMS key is pending deletion.`,
    ),
    twice(
      inChina,
      `${failed(readSecret, 400)}DecryptionFailure: Secrets Manager can't decrypt the protected secret text using the provided KMS key.`,
    ),
    `${fromSsm('eu-central-1')}${failed(readParameters, 400)}InvalidKeyId: Key '${key}' does not exist (Service: AWSKMS; Status Code: 400; Error Code: NotFoundException; Request ID: ${id}; Proxy: null)`,
    `asm fetching secret from the service for ${inGov}: ${failed(readSecret, 400)}api error KMSInvalidStateException: ${key} is pending import.`,
    `asm fetching secret from the service for ${inGov}: ${failed(readSecret, 400)}api error KMSNotFoundException: Key '${key}' does not exist`,
  ],
  [
    'throttled',
    twice(inTokyo, `${failed(readSecret, 400, often)}api error ThrottlingException: Rate exceeded`),
    `${fromSsm('sa-east-1')}${failed(readParameters, 400, often)}api error ThrottlingException: Rate exceeded`,
    `${fromSsm('sa-east-1')}${failed(readParameters, 429, often)}TooManyUpdates: Too many requests`,
    `${fromSsm('sa-east-1')}${failed(readParameters, 400, often)}api error ThrottlingException: You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls. (Service: AWSKMS; Status Code: 400; Error Code: ThrottlingException; Request ID: ${id}; Proxy: null)`,
    `CannotPullECRContainerError: ${failed('ECR: GetAuthorizationToken', 400, often)}api error ThrottlingException: Rate exceeded`,
    'CannotPullContainerError: toomanyrequests: Rate exceeded',
  ],
  [
    'credentials-rejected',
    `${fromSsm('us-gov-east-1')}${failed(readParameters, 400)}api error ExpiredTokenException: The security token included in the request is expired`,
    `${fromSsm('us-gov-east-1')}${failed(readParameters, 400)}api error UnrecognizedClientException: The security token included in the request is invalid.`,
    twice(
      inTokyo,
      `${failed(readSecret, 400)}api error InvalidSignatureException: Signature not yet current: 20260101T001000Z is still later than 20260101T000500Z (20260101T000000Z + 5 min.)`,
    ),
    twice(
      inTokyo,
      `${failed(readSecret, 403)}api error SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided.`,
    ),
    `asm fetching secret from the service for ${inGov}: ${failed(readSecret, 400)}api error MissingAuthenticationTokenException: Missing Authentication Token`,
    `asm fetching secret from the service for ${inGov}: ${failed(readSecret, 400)}api error IncompleteSignatureException: Authorization header requires 'Credential' parameter.`,
    `unable to initialize s3 client for bucket pay-env, error: ${failed('S3: GetBucketLocation', 403)}api error RequestTimeTooSkewed: The difference between the request time and the current time is too large.`,
  ],
  [
    'service-unavailable',
    twice(
      inChina,
      `${failed(readSecret, 502, often)}deserialization failed, failed to decode response body, invalid character '<' looking for beginning of value`,
    ),
    `${fromSsm('me-south-1')}${failed(readParameters, 503, often)}deserialization failed, failed to decode response body, invalid character '<' looking for beginning of value`,
    `${fromSsm('me-south-1')}${failed(readParameters, 200)}deserialization failed, failed to decode response body, unexpected end of JSON input`,
    `asm fetching secret from the service for ${inGov}: ${failed(readSecret, 500, often)}InternalServiceError: An error occurred on the server side.`,
    `CannotPullECRContainerError: ${failed('ECR: GetAuthorizationToken', 504, often)}api error UnknownError: UnknownError`,
  ],
  [
    'version-id-malformed',
    twice(
      inGov,
      `${failed(readSecret, 400)}api error ValidationException: 1 validation error detected: Value 'user' at 'versionId' failed to satisfy constraint: Member must have length greater than or equal to 32`,
    ),
    twice(
      inGov,
      `${failed(readSecret, 400)}api error ValidationException: 1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ),
    `fetching secret data from AWS Secrets Manager in region us-gov-west-1: secret ${inGov}: InvalidParameter: 1 validation error(s) found.\n- minimum field size of 32, GetSecretValueInput.VersionId.\n`,
  ],
  [
    'secret-name-malformed',
    twice(
      `${inTokyo} `,
      `${failed(readSecret, 400)}api error ValidationException: Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!`,
    ),
  ],
  [
    'arn-malformed',
    ...[`${inTokyo}:user`, `${inChina}:user:AWSCURRENT`, `${inGov}:a:b:c:d:e`].map(
      (value) =>
        `trying to retrieve secret with value ${value} resulted in error: an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.`,
    ),
    `could not find a secretsmanager secretID from value ${inTokyo}:::`,
    `unexpected ARN format with parameters when trying to retrieve ASM secret`.toUpperCase(),
  ],
  [
    'json-key-missing',
    'retrieved secret from Secrets Manager did not contain json key pass word',
    'retrieved secret from Secrets Manager did not contain json key constructor',
    'retrieved secret from Secrets Manager did not contain json key dial tcp: i/o timeout',
  ],
  [
    'secret-not-json',
    "invalid character 'M' looking for beginning of value",
    "invalid character '\\u00a0' looking for beginning of object key string",
    "invalid character '=' after object key",
    "invalid character '\"' after object key:value pair",
    "invalid character '}' after array element",
    "invalid character 'k' after top-level value",
    "invalid character '-' in numeric literal",
    "invalid character '.' after decimal point in numeric literal",
    "invalid character '\"' in exponent of numeric literal",
    "invalid character 'q' in string escape code",
    "invalid character '\\t' in string literal",
    "invalid character '{' exceeded max depth",
    "invalid character 'r' in literal true (expecting 'u')",
    "invalid character ' ' in literal false (expecting 'e')",
    'json: cannot unmarshal number 9.9e999 into Go value of type float64',
    'json: cannot unmarshal array into Go value of type map[string]interface {}'.toUpperCase(),
    'json: cannot unmarshal string into Go value of type map[string]interface {}'.toLowerCase(),
    'json: invalid number literal, trying to unmarshal "\\"007\\"" into Number',
  ],
  [
    'parameter-missing',
    `${fromSsm('cn-northwest-1')}invalid parameters: /pay/card:7`,
    `${fromSsm('eu-north-1')}invalid parameters: /pay/throttled,pay-timeout,/pay/EOF`,
    `${fromSsm('eu-north-1')}invalid parameters: arn:aws:ssm:eu-north-1:210987654321:parameter/pay/card`,
    `${fromSsm('eu-north-1')}${failed(readParameters, 400)}ParameterVersionNotFound: Systems Manager could not find version 9 of /pay/card.`,
    `${fromSsm('eu-north-1')}invalid parameters: /pay/card`.toUpperCase(),
  ],
  [
    'parameter-denied',
    ...[
      'because no VPC endpoint policy allows the ssm:GetParameters action',
      'with an explicit deny in a service control policy',
    ].map(
      (why) =>
        `${fromSsm('us-gov-west-1')}${failed(readParameters, 400)}${denied('ssm:GetParameters', 'arn:aws-us-gov:ssm:us-gov-west-1:210987654321:parameter/pay/card', why)}`,
    ),
  ],
  [
    'parameter-store-unreachable',
    ...[
      'dial tcp: lookup ssm.cn-north-1.amazonaws.com.cn on 169.254.169.253:53: no such host',
      'dial tcp 10.1.2.3:443: connect: no route to host',
      'dial tcp 10.1.2.3:443: connect: network is unreachable',
      'dial tcp 10.1.2.3:443: connect: connection timed out',
      'read tcp 10.1.2.4:5060->10.1.2.3:443: read: connection reset by peer',
      'net/http: TLS handshake timeout',
      'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'proxyconnect tcp: dial tcp 10.9.9.9:3128: connect: connection refused',
      'unexpected EOF',
    ].map(
      (why) =>
        `${fromSsm('cn-north-1')}${failed(readParameters, 0, often)}${notSent('ssm.cn-north-1.amazonaws.com.cn', why)}`,
    ),
    `${fromSsm('cn-north-1')}operation error SSM: GetParameters, ${often}https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded`,
    `${fromSsm('cn-north-1')}operation error SSM: GetParameters, canceled, context canceled`,
    `${fromSsm('us-west-2')}RequestError: send request failed\ncaused by: Post "https://ssm.us-west-2.amazonaws.com/": dial tcp 52.119.1.1:443: i/o timeout`,
  ],
  [
    'secrets-manager-unreachable',
    ...[
      'dial tcp: lookup secretsmanager.us-gov-west-1.amazonaws.com: i/o timeout',
      'net/http: TLS handshake timeout',
      'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      'EOF',
    ].flatMap((why) => {
      const error = `${failed(readSecret, 0, often)}${notSent('secretsmanager.us-gov-west-1.amazonaws.com', why)}`;
      return [twice(inGov, error), `asm fetching secret from the service for ${inGov}: ${error}`];
    }),
    twice(inGov, 'operation error Secrets Manager: GetSecretValue, context deadline exceeded'),
    `fetching secret data from AWS Secrets Manager in region us-west-2: secret ${inTokyo}: RequestError: send request failed\ncaused by: Post "https://secretsmanager.us-west-2.amazonaws.com/": EOF`,
  ],
  [
    'registry-unreachable',
    ...[
      'dial tcp: lookup api.ecr.eu-south-2.amazonaws.com on 10.0.0.2:53: no such host',
      'dial tcp 10.1.2.3:443: connect: connection refused',
      'net/http: TLS handshake timeout',
    ].map(
      (why) =>
        `CannotPullECRContainerError: ${failed('ECR: GetAuthorizationToken', 0, often)}${notSent('api.ecr.eu-south-2.amazonaws.com', why)}`,
    ),
    'CannotPullECRContainerError: RequestError: send request failed\ncaused by: Post "https://api.ecr.us-west-2.amazonaws.com/": dial tcp 52.119.1.1:443: i/o timeout',
  ],
  [
    'registry-denied',
    `CannotPullECRContainerError: ${failed('ECR: GetAuthorizationToken', 400)}${denied('ecr:GetAuthorizationToken', '*', 'with an explicit deny in a service control policy')}`,
  ],
  [
    'registry-credentials',
    'asm fetching authorization data: empty response',
    'ASM FETCHING USERNAME: AUTHORIZATIONDATA IS MALFORMED, EMPTY FIELD',
    'CannotPullContainerAuthError: engine docker private registry credentials: not found'.toLowerCase(),
  ],
  [
    'no-execution-role',
    'credentialspec resource: unable to find execution role credentials',
    'environment file resource: unable to find execution role credentials',
    'CannotPullECRContainerError: engine ecr credentials: not found',
    'unable to download firelens s3 config file: unable to get execution role credentials',
    twice(
      inTokyo,
      'operation error Secrets Manager: GetSecretValue, get identity: get credentials: failed to refresh cached credentials, static credentials are empty',
    ),
  ],
  [
    'environment-file-unreadable',
    `unable to download env file with key prod.env from bucket pay-env, error: ${failed('S3: GetObject', 403)}HostID: x, api error AccessDenied: Access Denied`,
    `unable to download env file with key prod.env from bucket pay-env, error: ${failed('S3: GetObject', 404)}HostID: x, NoSuchBucket: The specified bucket does not exist`,
    `unable to download env file with key prod.env from bucket pay-env, error: ${failed('S3: GetObject', 301)}HostID: x, api error PermanentRedirect: The bucket you are attempting to access must be addressed using the specified endpoint.`,
    `unable to download env file with key prod.env from bucket pay-env, error: ${failed('S3: GetObject', 0, often)}${notSent('s3.eu-west-3.amazonaws.com', 'dial tcp 10.1.2.3:443: i/o timeout')}`,
    `unable to initialize s3 client for bucket pay-env, error: ${failed('S3: HeadBucket', 404)}HostID: x, api error NotFound: Not Found`,
    'unable to initialize envfile resource directory, error: unable to create envfiles directory with bucket pay-env: mkdir /data: read-only file system',
    'unable to download env file with key prod.env from bucket pay-env, error: open /data/tmp_env: no space left on device',
    `unable to download firelens s3 config file: unable to download s3 config log.conf from bucket pay-env: ${failed('S3: GetObject', 404)}HostID: x, NoSuchKey: The specified key does not exist.`,
  ],
  [
    'reference-refused',
    'unsupported credentialsParameter, only ssm/secretsmanager ARNs are valid',
    'unsupported credentialspec ARN, only s3/ssm ARNs are valid',
    'the provided SSM parameter:parameterx is in an invalid format',
  ],
  // Errors that say less than those of today.
  [
    'secret-denied',
    twice(inGov, `${failed(readSecret, 400)}api error AccessDeniedException: denied`),
  ],
  [
    'parameter-denied',
    `${fromSsm('eu-west-1')}${failed(readParameters, 400)}api error AccessDeniedException: denied`,
  ],
  [
    'registry-denied',
    `CannotPullECRContainerError: ${failed('ECR: GetAuthorizationToken', 400)}api error AccessDeniedException: denied`,
  ],
  [
    'hook-failed',
    'Service deployment rolled back because of hook execution failure(s) detected.',
    'hook execution failure(s) detected',
  ],
  [
    ['parameter-missing', 'secrets-manager-unreachable'],
    `${fromSsm('eu-west-1')}invalid parameters: /pay/card;${twice(inTokyo, `${failed(readSecret, 0)}${notSent('secretsmanager.ap-northeast-1.amazonaws.com', 'EOF')}`)}`,
  ],
  [
    // Words of two errors that are none together.
    ['json-key-missing', 'parameter-store-unreachable'],
    `retrieved secret from Secrets Manager did not contain json key user;${fromSsm('us-west-2')}RequestError: send request failed\ncaused by: Post "https://ssm.us-west-2.amazonaws.com/": EOF`,
  ],
  [
    ['secret-denied', 'secret-not-json'],
    `${twice(inGov, `${failed(readSecret, 400)}${denied('secretsmanager:GetSecretValue', inGov, 'because no identity-based policy allows the secretsmanager:GetSecretValue action')}`)};invalid character 'h' looking for beginning of value`,
  ],
];

/**
 * Further texts of the ECS agent, made from its formats (1.105.1) with other secrets, regions and
 * partitions, and labelled before they were run.
 */
export const furtherReasons: readonly LabelledReason[] = texts.flatMap(([failure, ...reasons]) =>
  reasons.map((text) => ({
    text,
    failures: typeof failure === 'string' ? [failure] : failure,
    source: 'the formats of aws/amazon-ecs-agent',
  })),
);
