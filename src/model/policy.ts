import { dnsSuffix, parseArn, type Scope } from './partition.ts';
import type { Store } from './reference.ts';

/** A statement of an IAM policy document, as far as this tool writes them. */
export interface Statement {
  Sid: string;
  Effect: 'Allow';
  Principal?: { Service: string };
  Action: string | string[];
  Resource?: string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: Statement[];
}

/** A secret that the execution role must be able to read. */
export interface Grant {
  store: Store;
  /** Full ARN, without ECS's suffix. */
  arn: string;
  /** ARN of the customer-managed key that encrypts it; undefined for the AWS-managed key. */
  kmsKeyArn?: string | undefined;
}

/**
 * The least policy with which ECS can read these secrets (ECS guide, "task execution IAM role";
 * KMS guide, "How Parameter Store / Secrets Manager uses KMS"). Undefined when there is nothing to
 * grant: IAM refuses a policy without statements.
 */
export function executionPolicy(grants: readonly Grant[]): PolicyDocument | undefined {
  const arns = (store: Store): string[] =>
    sorted(grants.filter((grant) => grant.store === store).map(({ arn }) => arn));
  const parameters = arns('parameter-store');
  const secrets = arns('secrets-manager');
  const statements: Statement[] = [];
  if (parameters.length > 0) {
    statements.push({
      Sid: 'ReadParameters',
      Effect: 'Allow',
      Action: 'ssm:GetParameters',
      Resource: parameters,
    });
  }
  if (secrets.length > 0) {
    statements.push({
      Sid: 'ReadSecrets',
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: secrets,
    });
  }
  statements.push(...decryptStatements(grants));
  return statements.length > 0 ? { Version: '2012-10-17', Statement: statements } : undefined;
}

/**
 * Who may assume the execution role: ECS tasks, and unless `sourceCondition` is false only on
 * behalf of this account's ECS in this region (ECS guide, "task IAM role": confused deputy).
 */
export function trustPolicy(here: Scope, sourceCondition: boolean): PolicyDocument {
  const { partition, region, account } = here;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'EcsTasks',
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
        ...(sourceCondition && {
          Condition: {
            ArnLike: { 'aws:SourceArn': `arn:${partition}:ecs:${region}:${account}:*` },
            StringEquals: { 'aws:SourceAccount': account },
          },
        }),
      },
    ],
  };
}

/** ARN of the AWS managed policy for images from ECR and logs to CloudWatch. */
export function executionRolePolicyArn(partition: string): string {
  return `arn:${partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy`;
}

/** Whether two policy documents mean the same: lists of one and scalars, and orders, do not count. */
export function samePolicy(a: unknown, b: unknown): boolean {
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

/**
 * What the allowing statements of a policy document grant, as `ACTION on RESOURCE`, sorted; for
 * telling documents apart, whoever wrote them. Conditions are not looked at.
 */
export function grantsIn(document: unknown): string[] {
  const { Statement = [] } = (document ?? {}) as { Statement?: unknown };
  const statements = listOf(Statement) as {
    Effect?: string;
    Action?: unknown;
    Resource?: unknown;
  }[];
  return sorted(
    statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action, Resource }) =>
        listOf(Action).flatMap((action) =>
          listOf(Resource).map((resource) => `${String(action)} on ${String(resource)}`),
        ),
      ),
  );
}

// --- internal ---

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function decryptStatements(grants: readonly Grant[]): Statement[] {
  const byKeyAndService = new Map<string, { grants: Grant[]; key: string; via: string }>();
  for (const grant of grants) {
    const { kmsKeyArn: key, store } = grant;
    const arn = parseArn(grant.arn);
    if (key === undefined || !arn) continue;
    const service = store === 'parameter-store' ? 'ssm' : 'secretsmanager';
    const via = `${service}.${arn.region}.${dnsSuffix(arn.partition)}`;
    const entry = byKeyAndService.get(`${via} ${key}`);
    if (entry) entry.grants.push(grant);
    else byKeyAndService.set(`${via} ${key}`, { grants: [grant], key, via });
  }
  return [...byKeyAndService]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { grants: own, key, via }], index) => {
      const parameters = own[0]?.store === 'parameter-store';
      const context = parameters ? 'PARAMETER_ARN' : 'SecretARN';
      return {
        Sid: `Decrypt${parameters ? 'Parameters' : 'Secrets'}${index + 1}`,
        Effect: 'Allow' as const,
        Action: 'kms:Decrypt',
        Resource: [key],
        Condition: {
          StringEquals: {
            'kms:ViaService': via,
            [`kms:EncryptionContext:${context}`]: sorted(own.map(({ arn }) => arn)),
          },
        },
      };
    });
}

function sorted(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const list = value
      .map(canonical)
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return list.length === 1 ? list[0] : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, canonical(member)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
