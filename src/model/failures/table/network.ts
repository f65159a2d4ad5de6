import { wordingsOf, type StartFailure } from '../start-failure.ts';

/** Why a task cannot reach an AWS service. */
export const way =
  'the task has no network route: a NAT gateway, an internet gateway with a public IP, or a VPC endpoint';

/**
 * Words of a call that got no answer: of Go's net, net/http and crypto/tls, and of AWS's SDKs for Go
 * (status code 0 in version 2, RequestError and RequestCanceled in version 1).
 */
export const unanswered: readonly string[] = [
  'StatusCode: 0,',
  'request send failed',
  'RequestError: send request failed',
  'RequestCanceled',
  'deadline exceeded',
  'context cancel',
  'request cancel',
  'dial tcp',
  'i/o timeout',
  'handshake timeout',
  'Client.Timeout',
  'no such host',
  'server misbehaving',
  'connection refused',
  'connection reset',
  'connection timed out',
  'no route to host',
  'network is unreachable',
  'proxyconnect tcp',
  'x509:',
  '": EOF',
  'unexpected EOF',
];

// A response that ends early is one.
const answered = ['deserialization failed', 'failed to decode response'];

/** Failures to reach AWS's services. */
export const networkFailures: readonly StartFailure[] = [
  {
    id: 'parameter-store-unreachable',
    title: 'the task cannot reach Parameter Store',
    cause: way,
    outlook: 'passing',
    wordings: [
      ['cannot pull secrets from AWS Systems Manager'],
      ['connection issue between the task and AWS Systems Manager'],
      ...wordingsOf(['SSM: GetParameters', 'https://ssm.'], unanswered),
      ['https://ssm.', 'timeout'],
    ],
    around: wordingsOf(['retrieve secrets from ssm', 'SSM Parameter Store'], unanswered),
    unless: answered,
    checks: ['network'],
    advice:
      'give the subnet a way out, or an interface endpoint for ssm that lets port 443 in from the task',
  },
  {
    id: 'secrets-manager-unreachable',
    title: 'the task cannot reach Secrets Manager',
    cause: way,
    outlook: 'passing',
    wordings: [
      ['connection issue between the task and AWS Secrets Manager'],
      ...wordingsOf(['Secrets Manager: GetSecretValue', 'https://secretsmanager.'], unanswered),
      ['https://secretsmanager.', 'timeout'],
    ],
    around: [
      ...wordingsOf(['secret from asm', 'Secrets Manager'], unanswered),
      ['from asm', 'RequestError:'],
    ],
    unless: answered,
    checks: ['network'],
    advice:
      'give the subnet a way out, or an interface endpoint for secretsmanager that lets port 443 in from the task',
  },
  {
    id: 'registry-unreachable',
    title: 'the task cannot reach ECR',
    cause: way,
    outlook: 'passing',
    wordings: [
      ['cannot pull registry auth from Amazon ECR'],
      ['connection issue between the task and Amazon ECR'],
      ...wordingsOf(['ECR: GetAuthorizationToken', 'https://api.ecr.'], unanswered),
      ["can't pull the image", 'network configuration'],
      ['api.ecr.', 'timeout'],
    ],
    around: wordingsOf(
      ['ecr registry auth', 'CannotPullECRContainerError: RequestError'],
      unanswered,
    ),
    unless: answered,
    checks: ['network'],
    advice: 'give the subnet a way out, or endpoints for ecr.api, ecr.dkr and S3',
  },
  {
    id: 'network-timeout',
    title: 'the task could not reach an AWS service',
    cause: way,
    outlook: 'passing',
    wordings: [
      ['signal: killed'],
      ['context deadline exceeded'],
      ['request context canceled'],
      ['i/o timeout'],
      ['Client.Timeout exceeded'],
      ['request send failed'],
    ],
    checks: ['network'],
    advice: 'look at subnets, routes, security groups and endpoints of the service',
    general: true,
  },
];
