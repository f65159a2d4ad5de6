import type { LabelledReason } from './stop-reasons.labels.ts';

const id = '12345678-1234-1234-1234-123456789012';
const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-AbCdEf';
const role =
  'arn:aws:sts::123456789012:assumed-role/shop-execution/0123456789abcdef0123456789abcdef';
const key = `arn:aws:kms:us-east-1:123456789012:key/${id}`;

const failed = (call: string, code: string): string =>
  `operation error ${call}, https response error StatusCode: ${code}, RequestID: ${id}, `;
const read = failed('Secrets Manager: GetSecretValue', '400');
const gone = `ResourceNotFoundException: The task can't retrieve the secret with ARN '${arn}' from AWS Secrets Manager. Check whether the secret exists in the specified Region: ${read}ResourceNotFoundException: Secrets Manager can't find the specified secret`;
const fromSsm = 'fetching secret data from SSM Parameter Store in us-east-1: ';
const ssm = `${fromSsm}${failed('SSM: GetParameters', '400')}`;
const forRegistry = `asm fetching secret from the service for ${arn}: `;
const denied = (action: string, resource: string): string =>
  `api error AccessDeniedException: User: ${role} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;

/** The agent tells errors of Secrets Manager twice, those of a missing secret apart (agent/asm/asm.go). */
const twice = (error: string): string => `secret ${arn}: ${error}: ${error}`;

/** A call that got no answer. */
const unanswered = (call: string, host: string, why: string, attempts = true): string =>
  `operation error ${call}, ${attempts ? 'exceeded maximum number of attempts, 3, ' : ''}https response error StatusCode: 0, RequestID: , request send failed, Post "https://${host}.us-east-1.amazonaws.com/": ${why}`;
const noAnswers = [
  'EOF',
  'net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
  'dial tcp 127.0.0.1:1: connect: connection refused',
  'dial tcp 52.94.233.1:443: i/o timeout',
];
const noName = (host: string): string =>
  `dial tcp: lookup ${host}.us-east-1.amazonaws.com on 10.0.0.2:53: no such host`;

type Id = LabelledReason['failures'][number];

/** What Go's encoding/json says of a secret that is not a JSON object (scanner.go, decode.go). */
export const jsonErrors: readonly string[] = [
  "invalid character 'h' looking for beginning of value",
  "invalid character 'ï' looking for beginning of value",
  "invalid character '\\'' looking for beginning of value",
  "invalid character '\"' after object key",
  "invalid character '0' after object key:value pair",
  "invalid character '2' after array element",
  "invalid character '}' after decimal point in numeric literal",
  "invalid character '}' in exponent of numeric literal",
  "invalid character 'a' in numeric literal",
  "invalid character 'k' looking for beginning of object key string",
  "invalid character 'x' after top-level value",
  "invalid character '\\n' in string literal",
  "invalid character '\\x00' in string literal",
  "invalid character 'z' in string escape code",
  "invalid character 'g' in \\u hexadecimal character escape",
  "invalid character 'x' in literal null (expecting 'l')",
  "invalid character 'e' in literal true (expecting 'r')",
  "invalid character 's' in literal false (expecting 'a')",
  "invalid character '[' exceeded max depth",
  'unexpected end of JSON input',
  'json: cannot unmarshal number 1e400 into Go value of type float64',
  'json: cannot unmarshal number -1e999 into Go value of type float64',
  'json: cannot unmarshal number into Go value of type map[string]interface {}',
  'json: cannot unmarshal string into Go value of type map[string]interface {}',
  'json: cannot unmarshal bool into Go value of type map[string]interface {}',
  'json: cannot unmarshal array into Go value of type map[string]interface {}',
  // encoding/json on top of jsontext, in newer releases of Go.
  'invalid escape sequence `\\z` in string',
  "invalid character '\\n' in string (expecting non-control character)",
];

const texts: readonly [Id | readonly Id[], ...string[]][] = [
  [
    'secret-denied',
    twice(read + denied('secretsmanager:GetSecretValue', arn)),
    forRegistry + read + denied('secretsmanager:GetSecretValue', arn),
    twice(
      `${read}api error AccessDeniedException: User: ${role} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${arn} with an explicit deny in a resource-based policy`,
    ),
    twice(
      `${read}api error AccessDeniedException: User: ${role} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${arn} because no VPC endpoint policy allows the secretsmanager:GetSecretValue action`,
    ),
  ],
  [
    'key-denied',
    twice(`${read}api error AccessDeniedException: Access to KMS is not allowed`),
    twice(
      `${read}api error AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.`,
    ),
    ssm + denied('kms:Decrypt', key),
  ],
  [
    'key-unusable',
    `${forRegistry}${read}DecryptionFailure: Secrets Manager can't decrypt the protected secret text using the provided KMS key.`,
    twice(
      `${read}InvalidRequestException: You can't perform this operation because the KMS key is disabled.`,
    ),
    twice(`${read}api error KMSInvalidStateException: ${key} is pending deletion.`),
    `${ssm}InvalidKeyId: ${key} is pending deletion. (Service: AWSKMS; Status Code: 400; Error Code: KMSInvalidStateException; Request ID: x; Proxy: null)`,
  ],
  [
    'throttled',
    twice(
      `operation error Secrets Manager: GetSecretValue, exceeded maximum number of attempts, 3, https response error StatusCode: 400, RequestID: ${id}, api error ThrottlingException: Rate exceeded`,
    ),
  ],
  [
    'credentials-rejected',
    twice(
      `${read}api error ExpiredTokenException: The security token included in the request is expired`,
    ),
    `${forRegistry}${read}api error UnrecognizedClientException: The security token included in the request is invalid.`,
    `${forRegistry}${read}api error InvalidSignatureException: Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z`,
  ],
  ['secret-missing', `${gone}.`],
  [
    ['registry-credentials', 'secret-missing'],
    `${forRegistry}${read}ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
  ],
  ['stage-missing', `${gone} value for staging label: AWSCURRENT`],
  [
    'version-missing',
    `${gone} value for VersionId: ${id}`,
    twice(
      `${read}InvalidRequestException: You provided a VersionStage that is not associated to the provided VersionId.`,
    ),
  ],
  [
    'secret-deleted',
    twice(
      `${read}InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.`,
    ),
  ],
  [
    'version-id-malformed',
    twice(
      `${read}api error ValidationException: 1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member must have length greater than or equal to 32`,
    ),
  ],
  [
    'secret-name-malformed',
    twice(
      `${read}api error ValidationException: Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!`,
    ),
  ],
  [
    'arn-malformed',
    `trying to retrieve secret with value ${arn}:: resulted in error: an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.`,
  ],
  ['json-key-missing', 'retrieved secret from Secrets Manager did not contain json key user'],
  ['secret-not-json', ...jsonErrors],
  [
    'service-unavailable',
    `${forRegistry}operation error Secrets Manager: GetSecretValue, exceeded maximum number of attempts, 3, https response error StatusCode: 503, RequestID: ${id}, deserialization failed, failed to decode response body, invalid character '<' looking for beginning of value`,
    twice(
      `${failed('Secrets Manager: GetSecretValue', '200')}deserialization failed, failed to decode response body, invalid character '<' looking for beginning of value`,
    ),
    `${fromSsm}operation error SSM: GetParameters, exceeded maximum number of attempts, 3, https response error StatusCode: 500, RequestID: ${id}, InternalServerError: `,
  ],
  [
    'parameter-missing',
    `${fromSsm}invalid parameters: /shop/db`,
    `${fromSsm}invalid parameters: /shop/db,/shop/other,/shop/third`,
  ],
  [
    'parameter-name-malformed',
    `${ssm}api error ValidationException: Invalid parameter name: /é`,
    `${ssm}api error ValidationException: 1 validation error detected: Value at 'names.1.member' failed to satisfy constraint: Member must have length greater than or equal to 1`,
  ],
  [
    'parameter-denied',
    ssm + denied('ssm:GetParameters', 'arn:aws:ssm:us-east-1:123456789012:parameter/shop/db'),
  ],
  [
    'parameter-store-unreachable',
    ...noAnswers.map((why) => fromSsm + unanswered('SSM: GetParameters', 'ssm', why)),
    fromSsm + unanswered('SSM: GetParameters', 'ssm', noName('ssm'), false),
  ],
  [
    'secrets-manager-unreachable',
    ...noAnswers.flatMap((why) => {
      const error = unanswered('Secrets Manager: GetSecretValue', 'secretsmanager', why);
      return [twice(error), forRegistry + error];
    }),
    twice(
      unanswered(
        'Secrets Manager: GetSecretValue',
        'secretsmanager',
        noName('secretsmanager'),
        false,
      ),
    ),
  ],
  [
    'registry-unreachable',
    ...noAnswers.map(
      (why) =>
        `CannotPullECRContainerError: ${unanswered('ECR: GetAuthorizationToken', 'api.ecr', why)}`,
    ),
  ],
  [
    'registry-credentials',
    'asm fetching username: AuthorizationData is malformed, empty field',
    'asm fetching password: AuthorizationData is malformed, empty field',
    'asm fetching authorization data: empty secrets value',
    'asm fetching authorization data: unable to unmarshal secret value, invalid schema',
    'CannotPullContainerAuthError: engine docker private registry credentials: not found',
  ],
  [
    'registry-denied',
    `CannotPullContainerError: The task can't pull the image 'x' from Amazon Elastic Container Registry using the task execution role 'r'. To fix this, verify that the task execution role has permission to pull the image: pull access denied. denied: User: ${role} is not authorized to perform: ecr:BatchGetImage on resource: y`,
  ],
  [
    'no-execution-role',
    ...[
      'ssm secret resource',
      'asm secret resource',
      'asm resource',
      'fsxwindowsfileserver resource',
    ].map((what) => `${what}: unable to find execution role credentials`),
  ],
  [
    'environment-file-unreadable',
    'unable to parse bucket and key from s3 ARN specified in environmentFile x, error: invalid s3 arn: x',
    'unable to download env file with key app.env from bucket b, error: operation error S3: GetObject, https response error StatusCode: 404, RequestID: X, HostID: Y, NoSuchKey: The specified key does not exist.',
    'unable to initialize s3 client for bucket b, error: operation error S3: HeadBucket, https response error StatusCode: 403, RequestID: X, HostID: Y, api error Forbidden: Forbidden',
    'invalid path: bucket "b" key "../x" escapes envfile resource directory',
    'unable to initialize envfile resource directory, error: invalid path: bucket "b" key "../x" escapes envfile resource directory',
  ],
  // The errors of several secrets.
  [
    ['secret-missing', 'json-key-missing'],
    `${gone}.;retrieved secret from Secrets Manager did not contain json key user`,
  ],
  [['secret-missing', 'stage-missing'], `${gone}.;${gone} value for staging label: BLUE`],
  [
    ['service-unavailable', 'secret-not-json'],
    `${twice(`${failed('Secrets Manager: GetSecretValue', '200')}deserialization failed, failed to decode response body, invalid character '<' looking for beginning of value`)};invalid character 'h' looking for beginning of value`,
  ],
];

/**
 * The errors with which the ECS agent (1.105, container instances) stops a task that does not get its
 * secrets, and what they mean: its code's formats with the errors of AWS's SDK for Go in them.
 */
export const agentReasons: readonly LabelledReason[] = texts.flatMap(([failure, ...reasons]) =>
  reasons.map((text) => ({
    text,
    failures: typeof failure === 'string' ? [failure] : failure,
    source: 'aws/amazon-ecs-agent: agent/asm, agent/ssm, agent/taskresource, agent/dockerclient',
  })),
);
