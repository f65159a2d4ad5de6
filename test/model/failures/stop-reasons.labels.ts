import type { FailureId } from '../../../src/model/failures/finding.ts';

/** A text that ECS gave as a reason, as somebody published it, with the failure it tells of. */
export interface LabelledReason {
  text: string;
  /** `unknown`: none of the table's rows. Where one text tells several failures: all of them, the first first. */
  failures: readonly (FailureId | 'unknown')[];
  /** Where it was published: an address, or owner/repository#number, or owner/repository:path. */
  source: string;
}

/**
 * Stop reasons, reasons of containers, service events and errors of calls as people and documentation quote
 * them, labelled by their meaning alone, before there was a classifier. Lines are broken where the publisher
 * broke them, and shortened where the publisher shortened; numbers of real accounts are replaced by 123456789012.
 * `GitHub text index N`: a file of a public repository, known by its number in the index it was found in.
 */
export const labelledReasons: readonly LabelledReason[] = [
  // The role may not read the secret or the parameter, or may not decrypt it.
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:ap-southeast-1:redact:secret:test-secret from secrets manager: AccessDeniedException: User: arn:aws:sts::redact:assumed-role/DifyOnAwsStack-WebServiceTaskExecutionRole4406CA16-redact is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:ap-southeast-1:redact:secret:test-secret because no identity-based policy allows the secretsmanager:GetSecretValue action status code: 400, ',
    failures: ['secret-denied'],
    source: 'aws-samples/dify-self-hosted-on-aws#35',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret $PARTIAL_ARN_HERE from secrets manager: AccessDeniedException: User: $USER is not authorized to perform: secretsmanager:GetSecretValue on resource: $PARTIAL_ARN_HERE because no identity-based policy allows the secretsmanager:GetSecretValue action status code: 400',
    failures: ['secret-denied'],
    source: 'aws/aws-cdk#18555',
  },
  {
    text: 'Fetching secret data from AWS Secrets Manager in region YOUR_AWS_REGION: secret arn:aws:secretsmanager:YOUR_AWS_REGION:YOUR_AWS_ACCOUNT:secret:NewRelicLicenseKeySecret-Dh2dLkgV8VyJ-80RAHS-fail: AccessDeniedException: User: arn:aws:sts::YOUR_AWS_ACCOUNT:assumed-role/NewRelicECSIntegration-Ne-NewRelicECSTaskExecution-1C0ODHVT4HDNT/8637b461f0f94d649e9247e2f14c3803 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:YOUR_AWS_REGION:YOUR_AWS_ACCOUNT:secret:NewRelicLicenseKeySecret-Dh2dLkgV8VyJ-80RAHS-fail-DmLHfs status code: 400, request id: 9cf1881e-14d7-4257-b4a8-be9b56e09e3c',
    failures: ['secret-denied'],
    source: 'GitHub text index 6842002314 (New Relic, ECS integration: troubleshooting)',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:N8N_ENCRYPTION_KEY-nAG4eC from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: d45b80b7-7a19-49eb-8fd2-44305bb5e5d7, api error AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/ecsTaskExecutionRole/668f97696c2f47f7ab6582a0b87413eb is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:N8N_ENCRYPTION_KEY-nAG4eC because no identity-based policy allows the secretsmanager:GetSecretValue action',
    failures: ['secret-denied'],
    source: 'GitHub text index 55843990216',
  },
  {
    text: 'service seller-service-xaq0vgxm was unable to place a task. Reason: ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-a57bd929-5fa6-42c0-8024-fe8c94e49451 from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: 2bf6cb29-04f9-43d0-b8a4-f1247cbe8c0b, api error AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/ecsTaskExecutionRole/a20b735e9bbc41598825b6f0269f6fef is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-a57bd929-5fa6-42c0-8024-fe8c94e49451 because no identity-based policy allows the secretsmanager:GetSecretValue action.',
    failures: ['secret-denied'],
    source: 'GitHub text index 2648179595',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: \nexecution resource retrieval failed: unable to retrieve secret from asm: \napi error AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/ecsTaskExecutionRole/[task-id] \nis not authorized to perform: secretsmanager:GetSecretValue',
    failures: ['secret-denied'],
    source: 'GitHub text index 14343144451',
  },
  {
    text: 'Fetching secret data from SSM Parameter Store in ap-northeast-1: AccessDeniedException: \nUser: arn:aws:sts::xxxxxxxxxxxx:assumed-role/NewRelicECSIntegration-Ne-NewRelicECSTaskExecution-xxxxxxxxxxxx/xxxxxxxxxxxx \nis not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:ap-northeast-1:xxxxxxxxxxxx:parameter/aws/reference/secretsmanager/NewRelicLicenseKeySecret-xxxxxxxxxxxx \nstatus code: 400, request id: xxxxxxxxxxxxxx',
    failures: ['parameter-denied'],
    source: 'newrelic/nri-ecs#10',
  },
  {
    text: 'Resourceinitializationerror: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::<account id>:assumed-role/aits-demo-app-test-demo-app-ExecutionRole-28VBAJL3T0YT/f83b93a4dc3442a18eaaf8c2a235cd37 is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-2:<account id>:parameter/GOOGLE_CLIENT_ID because no identity-based policy allows the ssm:GetParameters action status code: 400, request id: 1adcb55f-f798-4503-b8a3-cd1533290001',
    failures: ['parameter-denied'],
    source: 'aws/copilot-cli#4504',
  },
  {
    text: 'Fetching secret data from SSM Parameter Store in {REGION}: AccessDeniedException: User: arn:aws:sts::{ACCOUNT_ID}:assumed-role/{...}/9e05ad12-2574-47a3-b48f-3a2244770318 is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:{REGION}:{ACCOUNT_ID}:parameter/{PARAMETER_NAME} status code: 400, request id: 787934d9-56ba-4a43-9e60-4f05a950a90e',
    failures: ['parameter-denied'],
    source: 'aws/aws-cdk#3529',
  },
  {
    text: 'Fetching secret data from SSM Parameter Store in us-west-2: AccessDeniedException: User: arn:aws:sts::---:assumed-\nrole/...taskDefExecutionRole9295-1N6FDVCBGB6RK/67766c7d-d908-4b49-b196--:parameter/my path/MySecret \nstatus code: 400, request id: 2ed367bc-35a9-42ad-b807-e1b2a70ea8f1',
    failures: ['parameter-denied'],
    source: 'aws/aws-cdk#10519',
  },
  {
    text: 'Fetching secret data from SSM Parameter Store in us-west-2: AccessDeniedException: User: arn:aws:sts::8xxxxxxxxxx0:assumed-role/PLM-ECS-PLMECSTaskExecutionAndTaskRole-1I2VC5SGVU8Y1/5c0a28eeb5fc45828b57e982c940d1ea is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:us-west-2:8xxxxxxxxxx0:parameter/PLMSecretParameter because no identity-based policy allows the ssm:GetParameters action status code: 400, request id: f2a5572f-3f7a-4cf1-8fdf-be6439d78e97',
    failures: ['parameter-denied'],
    source: 'dushyant8858/Troubleshoot-ECS-Task-Stopped:README.md',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/ecsTaskExecutionRole/17cbd22653424f62971b13fffcf6113e is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:ap-northeast-2:123456789012:parameter/JobSyncHub/email/AWS_SES_SENDER because no identity-based policy allows the ssm:GetParameters action status code: 400, request id: 119b9aff-b7c0-4a82-a57c-f193bd929bc',
    failures: ['parameter-denied'],
    source: 'GitHub text index 43687062114',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: \nexecution resource retrieval failed: unable to retrieve secrets from ssm: \nservice call has been retried 1 time(s): operation error SSM: GetParameters, \nhttps response error StatusCode: 400, RequestID: ..., \napi error AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/yukpomnang-ecs-execution-role/... \nis not authorized to perform: ssm:GetParameters on resource: \narn:aws:ssm:eu-west-1:123456789012:parameter/yukpomnang/production/DATABASE_URL \nbecause no identity-based policy allows the ssm:GetParameters action',
    failures: ['parameter-denied'],
    source: 'GitHub text index 60811862440',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-central-1:account_id:secret:algo-dev-directus-secret20240626183203358800000004-EaPYTy from secrets manager: AccessDeniedException: Access to KMS is not allowed status code: 400, request id: a87a66d9-f839-4353-b8c2-9984b1465695',
    failures: ['key-denied'],
    source: 'GiamPy5/terraform-aws-directus#10',
  },
  {
    text: 'Fetching secret data from SSM Parameter Store in eu-central-1: AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: xxxxx) status code: 400, request id: yyyyy',
    failures: ['key-denied'],
    source: 'aws/aws-cdk#4498',
  },

  // What a reference names is not there, or is not what it should be.
  {
    text: "The task can't retrieve the secret with ARN '{{sercretARN}}' from AWS Secrets Manager. Check whether the secret exists in the specified Region.",
    failures: ['secret-missing'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-not-found-error.html',
  },
  {
    text: "Fetching secret data from AWS Secrets Manager in region {{region}}: secret {{sercretARN}}: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    failures: ['secret-missing'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-not-found-error.html',
  },
  {
    text: "ResourceInitializationError: unable to pull secrets or registry auth:\nfailed to fetch secret arn:aws:secretsmanager:us-east-1:123456789012:secret:playstudy/recaptcha-secret-key\nfrom secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret",
    failures: ['secret-missing'],
    source: 'GitHub text index 3509315850',
  },
  {
    text: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 5 time(s): ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    failures: ['secret-missing'],
    source: 'GitHub text index 2438109348',
  },
  {
    text: "The task can't pull the secret from Secrets Manager. The task can't retrieve the secret with ARN '{{secretARN}}' from Secrets Manager. Check whether the secret exists in the specified Region.",
    failures: ['secret-missing'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html, quoted in GitHub text index 60161502328',
  },
  {
    text: "ResourceInitializationError: unable to pull secrets or registry auth: \nexecution resource retrieval failed: unable to retrieve secret from asm: \nservice call has been retried 1 time(s): failed to fetch secret \narn:aws:secretsmanager:us-east-1:***:secret:church-cms/dev/database-url-LB1bMG \nfrom secrets manager: ResourceNotFoundException: Secrets Manager can't find \nthe specified secret value for staging label: AWSCURRENT",
    failures: ['stage-missing'],
    source: 'GitHub text index 54705004820',
  },
  {
    text: "ResourceInitializationError: … unable to retrieve secret … ResourceNotFoundException:\n  … can't find the specified secret value for staging label: AWSCURRENT",
    failures: ['stage-missing'],
    source: 'GitHub text index 68606607638',
  },
  {
    text: "unable to retrieve secret from asm: ... can't find the specified secret value for staging label: AWSCURRENT",
    failures: ['stage-missing'],
    source: 'GitHub text index 67027980272',
  },
  {
    text: "operation error Secrets Manager: \nGetSecretValue, https response error StatusCode: 400, \nRequestID: 174962ad-1fa8-479e-80e3-82e3738f014f, \nInvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.",
    failures: ['secret-deleted'],
    source: 'GitHub text index 47689716334 (a call outside ECS: the inner error alone)',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key MY_SECRET',
    failures: ['json-key-missing'],
    source: 'GitHub text index 48251834547',
  },
  {
    text: '(service benchling-webhook-service) was unable to place a task.\nReason: ResourceInitializationError: unable to pull secrets or registry auth:\nexecution resource retrieval failed: unable to retrieve secret from asm:\nservice call has been retried 1 time(s): retrieved secret from Secrets Manager\ndid not contain json key app_definition_id.',
    failures: ['json-key-missing'],
    source: 'quiltdata/benchling-webhook:spec/156-secrets-manager/PRODUCTION_INCIDENT_AUDIT.md',
  },
  {
    text: 'ResourceInitializationError: unable to retrieve secret from asm:\nretrieved secret from Secrets Manager did not contain json key connectionString',
    failures: ['json-key-missing'],
    source: 'GitHub text index 5074072529',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets... did not contain json key UI_USERNAME',
    failures: ['json-key-missing'],
    source: 'GitHub text index 29391622512',
  },
  {
    text: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): invalid character '\\'' looking for beginning of value",
    failures: ['secret-not-json'],
    source: 'rileydakota/valheim-ecs-fargate-cdk#9',
  },
  {
    text: "(service authn) was unable to place a task. Reason: ResourceInitializationError: unable to pull secrets or registry auth: ... invalid character 'p' in literal true (expecting 'r').",
    failures: ['secret-not-json'],
    source: 'GitHub text index 53565502254',
  },
  {
    text: "ResourceInitializationError: unable to pull secrets or registry auth: \nexecution resource retrieval failed: unable to retrieve secret from asm: \nservice call has been retried 1 time(s): invalid character '!' in string escape code",
    failures: ['secret-not-json'],
    source: 'GitHub text index 29600559684',
  },
  {
    text: 'unexpected ARN format with parameters when trying to retrieve ASM secret',
    failures: ['arn-malformed'],
    source: 'GitHub text index 53889075439',
  },
  {
    text: 'Trying to retrieve secret with value arn:aws:secretsmanager:us-west-2:111111111111:secret:mysecret:k1 resulted in error: an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again..',
    failures: ['arn-malformed'],
    source: 'boltops-tools/ufo-docs:_docs/debug/secrets.md (in its history)',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:<region>:<accountID>:secret:<secretName> from secrets manager: InvalidParameter: 1 validation error(s) found. – (minimum field size of 32/ maximum field size of 64), GetSecretValueInput.VersionId. ',
    failures: ['version-id-malformed'],
    source: 'https://www.repost.aws/fr/knowledge-center/ecs-unable-to-pull-secrets',
  },
  {
    text: 'ValidationException: Invalid name. Must be a valid name containing alphanumeric characters,\nor any of the following: -/_+=.@!',
    failures: ['secret-name-malformed'],
    source: 'GitHub text index 55395283333',
  },
  {
    text: 'ResourceInitializationError: unable to retrieve secret from asm:\nfailed to fetch secret arn:aws:secretsmanager:...:secret:investment-tracker/db-connection-KMHXlO\napi error ValidationException: Invalid name. Must be a valid name containing\nalphanumeric characters, or any of the following: -/_+=.@!',
    failures: ['secret-name-malformed'],
    source: 'GitHub text index 66820982777',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /api//new-relic-license-key',
    failures: ['parameter-missing'],
    source: 'HHS/simpler-grants-gov#4330',
  },
  {
    text: 'Fetching secret data from SSM Parameter Store in us-west-2: invalid parameters: /PLMSecretParameter',
    failures: ['parameter-missing'],
    source: 'dushyant8858/Troubleshoot-ECS-Task-Stopped:README.md',
  },
  {
    text: 'unable to place a task. Reason: Fetching secret data from SSM Parameter Store in us-east-1: invalid parameters: /<stack>/DD_API_KEY',
    failures: ['parameter-missing'],
    source: 'GitHub text index 59738401600',
  },
  {
    text: 'ResourceInitializationError: invalid ssm parameters: /jobfit/staging/sentry-dsn',
    failures: ['parameter-missing'],
    source: 'GitHub text index 59024526200',
  },
  {
    text: 'fetching secret data from ssm parameter store: invalid parameters: secret-name, ',
    failures: ['parameter-missing'],
    source:
      'aws/amazon-ecs-agent:agent/taskresource/ssmsecret/ssmsecret_test.go (an old version: GitHub text index 40346874358)',
  },

  // No network way to a service.
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 5 time(s): RequestCanceled: request context canceled caused by: context deadline exceeded. Please check your task network configuration.',
    failures: ['parameter-store-unreachable'],
    source: 'hashicorp/terraform-provider-aws#33044',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. There is a connection issue between the task and AWS Systems Manager Parameter Store. Check your task network configuration. RequestCanceled: request context canceled caused by: context deadline exceeded',
    failures: ['parameter-store-unreachable'],
    source: 'GitHub text index 39751692766',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth:\nunable to retrieve secrets from ssm: The task cannot pull secrets from AWS\nSystems Manager. There is a connection issue between the task and AWS Systems\nManager Parameter Store. Check your task network configuration. ...\noperation error SSM: GetParameters, https response error StatusCode: 0,\nRequestID: , canceled, context deadline exceeded',
    failures: ['parameter-store-unreachable'],
    source: 'GitHub text index 62453933617',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 5 time(s): RequestCanceled: request context canceled caused by: context deadli...',
    failures: ['parameter-store-unreachable'],
    source: 'umotif-public/terraform-aws-ecs-fargate#50',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 5 time(s): failed to fetch secret arn:aws:secretsmanager:us-west-2:*:secret:DBPasswordSecret-* from secrets manager: RequestCanceled: request context canceled caused by: context deadline exceeded. Please check your task network configuration.',
    failures: ['secrets-manager-unreachable'],
    source: 'Releem/releem-agent#195',
  },
  {
    text: 'STOPPED (Fetching secret data from AWS Secrets Manager in region us-east-1: secret arn:aws:secretsmanager:us-east-1:<Acctnumber>:secret:secretname-1aBCDe: RequestError: send request failed caused by: Post https://secretsmanager.us-east-1.amazonaws.com/: dial tcp: lookup secretsmanager.us-east-1.amazonaws.com on 10.7.166.253:53: no such host)',
    failures: ['secrets-manager-unreachable'],
    source: 'awsdocs/amazon-ecs-developer-guide#110',
  },
  {
    text: 'service seller-service-xaq0vgxm was unable to place a task. Reason: ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets Manager. Check your task network configuration. failed to fetch secret arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-a57bd929-5fa6-42c0-8024-fe8c94e49451 from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded.',
    failures: ['secrets-manager-unreachable'],
    source: 'GitHub text index 2648179595',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets Manager.',
    failures: ['secrets-manager-unreachable'],
    source: 'GitHub text index 55733159525',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to get registry auth from asm: service call has been retried 1 time(s): asm fetching secret from the service for <secretname>: RequestError: ...',
    failures: ['secrets-manager-unreachable'],
    source: 'https://dev-solve.com/ja/posts/3a6d4d4',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "https://api.ecr.us-east-2.amazonaws.com/": dial tcp [ANIPADDRESSIDONTWANTTOSHARE]: i/o timeout. Please check your task network configuration.',
    failures: ['registry-unreachable'],
    source: 'doctorray117/minecraft-ondemand#74',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 5 time(s): RequestError: send request failed caused by: Post https://api.ecr....',
    failures: ['registry-unreachable'],
    source: 'aws/aws-app-mesh-examples#413',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. RequestError: send request failed caused by: Post "https://api.ecr.us-west-2.amazonaws.com/": dial tcp 34.223.26.163:443: i/o timeout',
    failures: ['registry-unreachable'],
    source: 'GitHub text index 42657034223',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post "https://api.ecr.us-east-1.amazonaws.com/": dial tcp 44.213.79.104:443: i/o timeout',
    failures: ['registry-unreachable'],
    source: 'GitHub text index 61204213426',
  },
  {
    text: 'service url-shortener-service was unable to place a task. Reason:\nResourceInitializationError: unable to pull secrets or registry auth:\nThe task cannot pull registry auth from Amazon ECR: There is a connection\nissue between the task and Amazon ECR. Check your task network configuration.\noperation error ECR: GetAuthorizationToken, exceeded maximum number of\nattempts, 3, https response error StatusCode: 0, RequestID: , request send\nfailed, Post "https://api.ecr.eu-central-1.amazonaws.com/": dial tcp\n3.122.128.199:443: i/o timeout.',
    failures: ['registry-unreachable'],
    source: 'GitHub text index 57356017066',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth\nThere is a connection issue between the task and Amazon ECR',
    failures: ['registry-unreachable'],
    source: 'GitHub text index 59071384221',
  },
  {
    text: 'CannotPullECRContainerError: RequestError: send request failed caused by: Post "https://api.ecr.us-west-2.amazonaws.com/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    failures: ['registry-unreachable'],
    source: 'dushyant8858/Troubleshoot-ECS-Task-Stopped:README.md',
  },
  {
    text: 'The task can’t pull the image. Check your network configuration. RequestError: send request failed\ncaused by: Post "https://api.ecr.us-east-1.amazonaws.com/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    failures: ['registry-unreachable'],
    source: 'aws/amazon-ecs-agent:agent/api/errormessages/error_messages_test.go',
  },
  {
    text: 'ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed',
    failures: ['logs-unreachable'],
    source: 'civiform/civiform#7648',
  },
  {
    text: 'service seller-service-xaq0vgxm was unable to place a task. Reason: ResourceInitializationError: \nfailed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. \nThere is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed.',
    failures: ['logs-unreachable'],
    source: 'GitHub text index 3139391375',
  },
  {
    text: 'failed to validate logger args\n\nThe task cannot find the Amazon CloudWatch log group\n\nThere is a connection issue between the task and Amazon CloudWatch.',
    failures: ['logs-unreachable'],
    source: 'GitHub text index 61441991871',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth\nThe task cannot pull registry auth from Amazon ECR\nThere is a connection issue between the task and Amazon CloudWatch',
    failures: ['registry-unreachable', 'logs-unreachable'],
    source: 'GitHub text index 9813696448',
  },
  {
    text: 'STOPPED (ResourceInitializationError: unable to pull secrets or registry auth: pull command failed: : signal: killed)',
    failures: ['network-timeout'],
    source: 'awslabs/amazon-s3-find-and-forget#290',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: pull command failed: : signal: killed',
    failures: ['network-timeout'],
    source: 'https://repost.aws/ja/knowledge-center/ecs-unable-to-pull-secrets',
  },
  {
    text: 'unable to pull secrets or registry auth... context deadline exceeded',
    failures: ['network-timeout'],
    source: 'GitHub text index 44345280282',
  },

  // The registry, the logs, files of variables.
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): operation error ECR: GetAuthorizationToken, https response error StatusCode: 400, RequestID: 24460c33-1d7d-4ee9-99cf-c259d53e7b44, api error AccessDeniedException: User: arn:aws:sts::***:assumed-role/mcfpipe-tester-TesterExecutionRole-aWok1pIh26Gk/a5209a25e2424cafa8d2f56406f57b35 is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action',
    failures: ['registry-denied'],
    source: 'GitHub text index 65736535365',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::181.........:assumed-role/CruddurServiceExecutionRole/97e56dadd03045deaa5e8b6c688ec319 is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action status code: 400, request id: 802fafcf-b0af-4d34-a105-67c8c3c9b153',
    failures: ['registry-denied'],
    source: 'GitHub text index 27418471212',
  },
  {
    text: 'service backend-flask-service-eqwx9jnl was unable to place a task. Reason: ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): operation error ECR: GetAuthorizationToken, https response error StatusCode: 400, RequestID: 415e6826-9d7a-4ef1-8eea-8eec9105a1a8, api error AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/CruddurServiceExecutionRole/bc88e9b6acd947589d99b68067f8de59 is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action.',
    failures: ['registry-denied'],
    source: 'GitHub text index 57580158805',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth:\n    execution resource retrieval failed: unable to retrieve ecr registry auth:\n    service call has been retried 1 time(s):\n    AccessDeniedException: User: arn:aws:sts::123456789012:assumed-rol...',
    failures: ['registry-denied'],
    source: 'GitHub text index 49105531087',
  },
  {
    text: 'CannotPullECRContainerError: AccessDeniedException: User: arn:aws:sts::8xxxxxxxxxx0:assumed-role/PLM-ECS-PLMECSTaskExecutionAndTaskRole-1I2VC5SGVU8Y1/8ff4fbc265ee40bba57f8f709c43fef3 is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no VPC endpoint policy allows the ecr:GetAuthorizationToken action\\n\\tstatus code: 400, request id: 3d181671-2223-4f93-914b-92c606357e06',
    failures: ['registry-denied'],
    source: 'dushyant8858/Troubleshoot-ECS-Task-Stopped:README.md',
  },
  {
    text: "The task can’t pull the image. Check that the role has the permissions to pull images from the registry. Error response from daemon: pull access denied for 123123123123.dkr.ecr.us-east-1.amazonaws.com/my_image, repository does not exist or may require 'docker login': denied: User: arn:aws:sts::123123123123:assumed-role/MyBrokenRole/xyz is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:123123123123:repository/test_image because no identity-based policy allows the ecr:BatchGetImage action",
    failures: ['registry-denied'],
    source: 'aws/amazon-ecs-agent:agent/api/errormessages/error_messages_test.go',
  },
  {
    text: 'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: User: arn:aws:sts::1819......:assumed-role/CruddurServiceExecutionRole/3caf853ecb00491db67740079d4a02a7 is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:us-east-1:123456789012:log-group:cruddur:log-stream:backend-flask/backend-flask/3caf853ecb00491db67740079d4a02a7 because no identity-based policy allows the logs:CreateLogStream action status code: 400, request id: 061e0f7c-b758-4b95-8fab-c791d3f8665e : exit status 1',
    failures: ['logs-denied'],
    source: 'GitHub text index 27418471212',
  },
  {
    text: 'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log group: AccessDeniedException: User: arn:aws:sts::xxxxxxxxxxx:assumed-role/xxxxxxxxx-idnumber00000xxxxx/uuid is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:us-east-1:xxxxxxxxxx:log-group:/ecs/xxxxxxxxxxxx:log-stream: because no identity-based policy allows the logs:CreateLogGroup action status code: 400, request id: xxxxxxxx-xxxxx-xxxxx-xxxxx-xxxxxxxxxxxx : exit status 1',
    failures: ['logs-denied'],
    source: 'terraform-aws-modules/terraform-aws-ecs#145',
  },
  {
    text: '(service nasneh-staging-customer-web) was unable to place a task. Reason: ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log group: operation error CloudWatch Logs: CreateLogGroup, https response error StatusCode: 400, RequestID: b8ee5906-7f22-428c-965d-4295d8bd9e92, api error AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/nasneh-staging-ecs-task-execution/80aa67f12d35470593f1196eae90d6fc is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:me-south-1:123456789012:log-group:/ecs/nasneh-staging/customer-web:log-stream: because no identity-based policy allows the logs:CreateLogGroup action : exit status 1.',
    failures: ['logs-denied'],
    source: 'nasneh-hub/nasneh:RECOVERY_REPORT_2026-01-08.md',
  },
  {
    text: 'STOPPED Reason: CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log group: AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/amazon-ecs-cli-setup-foodtrucks-EcsInstanceRole-1II7J9P4',
    failures: ['logs-denied'],
    source: 'prakhar1989/docker-curriculum#260',
  },
  {
    text: 'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: User: arn:aws:sts::zzzzzzzzzzzz:assumed-role/ecs.task.minecraft-server/123456a999ee4b919...',
    failures: ['logs-denied'],
    source: 'doctorray117/minecraft-ondemand#12',
  },
  {
    text: 'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1',
    failures: ['log-group-missing'],
    source: 'GitHub text index 42657034223',
  },
  {
    text: 'Status reason | CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. status code: 400',
    failures: ['log-group-missing'],
    source: 'Rayraegah/terraform-aws-hasura#25',
  },
  {
    text: 'API error (500): failed to initialize logging driver: ResourceNotFoundException: The specified log group does not exist.\n\tstatus code: 400, request id: 2831992f-899d-11e8-8425-99d434b6599a',
    failures: ['log-group-missing'],
    source: 'muccg/rdrf#617',
  },
  {
    text: 'The task cannot find the Amazon CloudWatch log group defined in the task definition.',
    failures: ['log-group-missing'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html, quoted in GitHub text index 60161502328',
  },
  {
    text: 'ResourceInitializationError: failed to download env files:\nservice call has been retried 1 time(s): operation error S3: HeadObject,\nhttps response error StatusCode: 403, api error Forbidden: Forbidden.',
    failures: ['environment-file-unreadable'],
    source: 'GitHub text index 1624671023',
  },
  {
    text: 'ResourceInitializationError: failed to download env files: file download command: non-empty error stream: RequestCanceled: request context cancelled caused by: context deadline exceeded',
    failures: ['environment-file-unreadable'],
    source: 'aws/aws-cdk#12720',
  },
  {
    text: 'ResourceInitializationError: failed to download env files: file download command: non-empty error stream: failed to download file 1.env: failed to write to a temporary file: AccessDenied: Access Denied',
    failures: ['environment-file-unreadable'],
    source: 'aws/aws-cdk#12720',
  },
  {
    text: 'Resourceinitializationerror: failed to download env files',
    failures: ['environment-file-unreadable'],
    source: 'GitHub text index 47189421833',
  },
  {
    text: 'CannotPullContainerError: API error (404): repository 111122223333.dkr.ecr.us-east-1.amazonaws.com/<repo>/<image> not found',
    failures: ['image-not-pulled'],
    source: 'awsdocs/amazon-ecs-developer-guide:doc_source/task_cannot_pull_image.md',
  },
  {
    text: 'CannotPullContainerError: write /var/lib/docker/tmp/GetImageBlob111111111: no space left on device',
    failures: ['image-not-pulled'],
    source: 'awsdocs/amazon-ecs-developer-guide:doc_source/task_cannot_pull_image.md',
  },
  {
    text: 'CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref quay.io/deepfenceio/cloud-scanner:latest: failed to do request: Head "https://quay.io/v2/deepfenceio/cloud-scanner/manifests/latest": dial tcp 3.210.148.47:443: i/o timeout',
    failures: ['image-not-pulled'],
    source: 'deepfence/terraform-aws-cloud-scanner#13',
  },
  {
    text: 'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 123456789012.dkr.ecr.us-east-1.amazonaws.com/backend-flask:latest: pulling from host 123456789012.dkr.ecr.us-east-1.amazonaws.com failed with status code [manifests latest]: 403 Forbidden',
    failures: ['image-not-pulled'],
    source: 'GitHub text index 27418471212',
  },
  {
    text: 'TaskFailedToStart - CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ghcr.io/my-org/my-image:latest: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Amy-org%2Fmy-image%3Apull&service=ghcr.io: 401 Unauthorized',
    failures: ['image-not-pulled'],
    source: 'PrefectHQ/prefect#16964',
  },
  {
    text: '(service devops-g8-payments) was unable to place a task. Reason: CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref <account-id>.dkr.ecr.eu-west-3.amazonaws.com/devops-g8-payments:43cc50f60f87e97c6cad4372dd6b0cff64ccf081: ... not found.',
    failures: ['image-not-pulled'],
    source: 'GitHub text index 70230736193',
  },
  {
    text: 'service seller-service-xaq0vgxm was unable to place a task. \nReason: CannotPullContainerError: The task cannot pull 123456789012.dkr.ecr.us-east-1.amazonaws.com/testing/seller:2.0\n@sha256:625d54dc4bb9e0bc63362cc2b96ba3f5cd3368fdaea22e6f0d232829e8b49931 from the registry 123456789012.dkr.ecr.us-east-1.amazonaws.com/testing/seller:2.0@sha256:625d54dc4bb9e0bc63362cc2b96ba3f5cd3368fdaea22e6f0d232829e8b49931. \nThere is a connection issue between the task and the registry. Check your task network configuration. : \nfailed to copy: httpReadSeeker: failed open: failed to do request: Get 123456789012.dkr.ecr.us-east-1.amazonaws.com/testing/seller:2.0@sha256:625d54dc4bb9e0bc63362cc2b96ba3f5cd3368fdaea22e6f0d232829e8b49931: dial tcp 16.15.180.104:443: i/o timeout.',
    failures: ['image-not-pulled'],
    source: 'GitHub text index 3139391375',
  },
  {
    text: 'CannotPullContainerError: containerd: pull command failed: time="2020-XX-XXTXX:XX:XXZ" level=info msg="apply failure, attempting cleanup" error="failed to extract layer sha256:XXXXXXXX: context ca...',
    failures: ['image-not-pulled'],
    source: 'aws/containers-roadmap#1133',
  },
  {
    text: "The task can’t pull the image. Check whether the image exists. Error response from daemon: pull access denied for some/nonsense, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    failures: ['image-not-pulled'],
    source: 'aws/amazon-ecs-agent:agent/api/errormessages/error_messages_test.go',
  },
  {
    text: 'CannotPullECRContainerError: ThrottlingException: Rate exceeded\n        status code: 400, request id: 75567eb3-6abb-11e6-9d4c-cb4ccd1cee97',
    failures: ['throttled'],
    source: 'convox/rack#1164',
  },
  {
    text: 'service (service-name) operations are being throttled. Will try again later.',
    failures: ['throttled'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html',
  },

  // Roles.
  {
    text: "service MythicalMysfits-Service failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::xxxxxxxx:role/MythicalMysfitsCoreStack-ECSTaskRole-yyyyyyyyyy' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.).",
    failures: ['role-not-assumable'],
    source: 'aws-samples/aws-modern-application-workshop#232',
  },
  {
    text: 'service X failed to launch a task with (error ECS was unable to assume the role X that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.).',
    failures: ['role-not-assumable'],
    source: 'telia-oss/terraform-aws-ecs-fargate#58',
  },
  {
    text: "An error occurred (ClientException) when calling the RunTask operation: \nECS was unable to assume the role 'arn:aws:iam::123456789012:role/ecsTaskExecutionRole' \nthat was provided for this task. Please verify that the role being passed has the proper \ntrust relationship and permissions and that your IAM user has permissions to pass this role.",
    failures: ['role-not-assumable'],
    source: 'GitHub text index 14896621379',
  },
  {
    text: "Error: creating ECS Service (YYYYYY): InvalidParameterException: ECS was unable to assume the configured ECS Infrastructure Role 'arn:aws:iam::XXXXX:role/ZZZZZZ'. Please verify that the role being passed has the proper trust relationship with Amazon ECS.",
    failures: ['role-not-assumable'],
    source: 'hashicorp/terraform-provider-aws#38538',
  },
  {
    text: 'Unable to assume the service linked role. Please verify that the ECS service linked role exists.',
    failures: ['role-not-assumable'],
    source: 'jonrau1/ElectricEye#9',
  },
  {
    text: 'IAM trust relationship has been misconfigured or changed, and ECS can no longer maintain your service',
    failures: ['role-not-assumable'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html',
  },
  {
    text: 'ASM secret resource: unable to find execution role credentials',
    failures: ['no-execution-role'],
    source: 'aws/amazon-ecs-agent:agent/taskresource/asmsecret/asmsecret.go',
  },
  {
    text: 'environment file resource: unable to find execution role credentials',
    failures: ['no-execution-role'],
    source: 'aws/amazon-ecs-agent:agent/taskresource/envFiles/envfile.go',
  },
  {
    text: "An error occurred (ClientException) when calling the RegisterTaskDefinition operation: When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    failures: ['no-execution-role'],
    source: 'sil-org/ecs-deploy#166',
  },
  {
    text: 'Error: ClientException: Fargate requires task definition to have execution role ARN to support log driver awslogs.',
    failures: ['no-execution-role'],
    source: 'GitHub text index 289482830',
  },
  {
    text: 'An error occurred (ClientException) when calling the RegisterTaskDefinition operation: Fargate requires task definition to have execution role ARN to support ECR images',
    failures: ['no-execution-role'],
    source: 'GitHub text index 26118325742',
  },

  // Placement, and what comes after the start.
  {
    text: 'service examples-nginx-5b107b8 was unable to place a task because no container instance met all of its requirements. The closest matching container-instance 333ba941-dd6f-4762-985d-b166b212d795 is missing an attribute required by your task. For more information, see the Troubleshooting section.',
    failures: ['attribute-missing'],
    source: 'pulumi/pulumi-cloud#454',
  },
  {
    text: 'The closest matching container-instance is missing an attribute required by your task',
    failures: ['attribute-missing'],
    source: 'boltops-tools/ufo-docs:_docs/debug/missing-attribute.md',
  },
  { text: 'ATTRIBUTE', failures: ['attribute-missing'], source: 'aws/amazon-ecs-agent#1423' },
  {
    text: 'service (service-name) was unable to place a task because no container instance met all of its requirements. The closest matching container-instance container-instance-id has insufficient CPU units available.',
    failures: ['no-capacity'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html',
  },
  {
    text: 'service authentication_services was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.',
    failures: ['no-capacity'],
    source: 'ptokito/ECSClusterWithTerraform#3',
  },
  {
    text: 'was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone',
    failures: ['no-capacity'],
    source: 'sil-org/ecs-deploy#277',
  },
  { text: 'RESOURCE:MEMORY', failures: ['no-capacity'], source: 'mapbox/ecs-watchbot#13' },
  {
    text: 'The closest matching container-instance is already using a port required by your task.',
    failures: ['no-capacity'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html',
  },
  {
    text: '(service af-…-image) was unable to place a task. Reason: ResourceInitializationError:\nUnable to launch instance(s) for capacity provider af-…-image-spot.\nUnfulfillableCapacity: Unable to fulfill capacity due to your request configuration.\nPlease adjust your request and try again.',
    failures: ['no-capacity'],
    source: 'GitHub text index 65752586204',
  },
  {
    text: 'Essential container in task exited',
    failures: ['container-exited'],
    source: 'dushyant8858/Troubleshoot-ECS-Task-Stopped:README.md',
  },
  {
    text: 'Essential container in task exited. Exit code: 255.',
    failures: ['container-exited'],
    source: 'GitHub text index 57356017066',
  },
  {
    text: 'OutOfMemoryError: Container killed due to memory usage',
    failures: ['out-of-memory'],
    source: 'GitHub text index 30204919920',
  },
  {
    text: 'OutOfMemoryError: container killed due to memory usage',
    failures: ['out-of-memory'],
    source: 'GitHub text index 60876910065',
  },
  {
    text: 'Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:us-west-2:8xxxxxxxxxx0:targetgroup/PLM-EC-PLM6F-A8OKA66DVRBX/4fe72fe75cdf9149)',
    failures: ['health-check-failed'],
    source: 'dushyant8858/Troubleshoot-ECS-Task-Stopped:README.md',
  },
  {
    text: 'Task failed container health checks',
    failures: ['health-check-failed'],
    source: 'dushyant8858/Troubleshoot-ECS-Task-Stopped:README.md',
  },
  {
    text: 'service (service-name) (task task-id) (instance instance-id) is unhealthy in (elb elb-name) due to (reason Instance has failed at least the UnhealthyThreshold number of health checks consecutively.)',
    failures: ['health-check-failed'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html',
  },
  {
    text: 'task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/public-tg2/1c38bf81f6e9e283)',
    failures: ['health-check-failed'],
    source: 'GitHub text index 11578677755',
  },
  {
    text: '(service service-name) is unable to consistently start tasks successfully.',
    failures: ['starts-keep-failing'],
    source: 'awsdocs/amazon-ecs-developer-guide:doc_source/service-throttle-logic.md',
  },
  {
    text: 'ECS deployment circuit breaker: tasks failed to start.',
    failures: ['starts-keep-failing'],
    source: 'GitHub text index 66704739203',
  },
  {
    text: '(service authn) deployment failed: tasks failed to start.',
    failures: ['starts-keep-failing'],
    source: 'GitHub text index 53565502254',
  },
  {
    text: 'Resource handler returned message: "Error occurred during operation \'ECS Deployment Circuit Breaker was triggered\'." \n(RequestToken: ab34b83e-964b-5576-4799-9effbf346081, HandlerErrorCode: GeneralServiceException)',
    failures: ['starts-keep-failing'],
    source: 'GitHub text index 14751286989',
  },

  // None of the rows.
  {
    text: 'Timeout waiting for network interface provisioning to complete.',
    failures: ['unknown'],
    source: 'GitHub text index 36983443932',
  },
  {
    text: 'ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: mounting fs-e5645f66.efs.us-east-1.amazonaws.com:/opt/splunk failed, reason given by server: No such file or directory : unsuccessful EFS utils ...',
    failures: ['unknown'],
    source: 'GitHub text index 28712870725',
  },
  {
    text: 'ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: \nstderr: Failed to resolve "fs-xxxxx.efs.region.amazonaws.com"',
    failures: ['unknown'],
    source: 'GitHub text index 17717990568',
  },
  {
    text: 'ResourceInitializationError: failed to validate logger args: unable to get awslogs driver\narguments: awslogs-region is required',
    failures: ['unknown'],
    source: 'GitHub text index 62023080573',
  },
  {
    text: "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: MissingEndpoint: 'Endpoint' configuration is required for t",
    failures: ['unknown'],
    source: 'TechToSpeech/terraform-aws-serverless-static-wordpress#74',
  },
  {
    text: 'CannotStartContainerError: Error response from daemon: error gathering device information while adding custom device "/dev/dri/renderD130": no such file or directory',
    failures: ['unknown'],
    source: 'GitHub text index 43912345460 (an old page of the developer guide)',
  },
  {
    text: 'CannotCreateContainerError: API error (500): devmapper: Thin Pool has 4350 free data blocks which is less than minimum required 4454 free data blocks. Create more free space in thin pool or use dm.min_free_space option to change behavior ',
    failures: ['unknown'],
    source: 'awsdocs/amazon-ecs-developer-guide:doc_source/CannotCreateContainerError.md',
  },
  {
    text: "CgroupError: Agent could not create task's platform resources",
    failures: ['unknown'],
    source: 'aws/amazon-ecs-agent#2917',
  },
  { text: 'AGENT', failures: ['no-capacity'], source: 'aws/amazon-ecs-agent#375' },
  {
    text: 'Scaling activity initiated by (deployment deployment-id)',
    failures: ['unknown'],
    source: 'GitHub text index 43446941205 (an old page of the developer guide)',
  },
  {
    text: 'service (service-name) was unable to place a task. Reason: Internal error.',
    failures: ['unknown'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html',
  },
  {
    text: 'service (service-name) has reached a steady state.',
    failures: ['unknown'],
    source:
      'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html',
  },
  {
    text: 'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 5 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-2:123456789012...',
    failures: ['unknown'],
    source: 'GovWifi/govwifi-terraform#450',
  },
];
