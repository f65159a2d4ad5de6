import type { Revision } from '../../aws/ecs.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import {
  domainlessSpecs,
  secretUses,
  type CredentialSpec,
  type SecretUse,
} from '../../model/definitions/secret-uses.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { whyUnseen } from '../if-allowed.ts';

/** The secrets that the domainless credential specs of a task definition name in their documents. */
export interface NamedSecrets {
  named: SecretUse[];
  /** Documents that were not read, with the reason, e.g. `credential spec arn:… (it is in Amazon S3)`. */
  unread: string[];
}

/** A revision with the secrets that its credential specs name; without them, these were not looked for. */
export interface FullRevision extends Revision, Partial<NamedSecrets> {}

/** Every reference of a revision, those in the documents of its credential specs included. */
export function revisionUses({ definition, named = [] }: FullRevision): SecretUse[] {
  return [...secretUses(definition), ...named];
}

/** A revision as `Ecs.taskDefinition` describes it, with the secrets that its credential specs name. */
export async function fullRevision(aws: Aws, id: string): Promise<FullRevision | undefined> {
  const revision = await (await aws.ecs()).taskDefinition(id);
  return revision && { ...revision, ...(await namedSecrets(aws, revision.definition)) };
}

/**
 * Reads the documents of the domainless credential specs that are parameters. These hold no password,
 * but the ARN of the secret that has it (ECS guide, "gMSA for Linux containers": `CredentialArn`).
 */
export async function namedSecrets(aws: Aws, definition: TaskDefinition): Promise<NamedSecrets> {
  const found: NamedSecrets = { named: [], unread: [] };
  for (const spec of domainlessSpecs(definition)) {
    const arns = await arnsIn(aws, spec);
    if (typeof arns === 'string') {
      found.unread.push(`credential spec ${spec.arn} (${arns})`);
      continue;
    }
    const { container, place } = spec;
    const use = { container, kind: 'credentialSpecs', name: 'CredentialArn', place } as const;
    found.named.push(...arns.map((valueFrom) => ({ ...use, valueFrom })));
  }
  return found;
}

// --- internal ---

/** ARNs of secrets in a document, or why it could not be read. */
async function arnsIn(aws: Aws, { arn }: CredentialSpec): Promise<string[] | string> {
  if (arn.includes(':s3:::')) return 'it is in Amazon S3';
  if (!arn.includes(':ssm:')) return 'it is in Secrets Manager';
  try {
    const store = await aws.parameterStore(parseArn(arn)?.region);
    const parameter = await store.read(arn);
    return parameter?.value.secretArns() ?? 'there is no such parameter';
  } catch (error) {
    if (error instanceof CliError) return whyUnseen(error);
    throw error;
  }
}
