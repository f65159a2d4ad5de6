import { executionPolicy, type FileGrant, type Grant, type Grants } from './execution-policy.ts';
import { parseArn } from '../secrets/partition.ts';
import { samePolicy, withDistinctSids, type PolicyDocument, type Statement } from './policy.ts';
import { parsePolicy, type Policy } from './parse-policy.ts';
import { evaluate } from './policy-evaluation.ts';
import { fileNeeds, readNeeds, type RoleNeed } from './role-check.ts';

/** A statement of a policy that was read. */
export type ReadStatement = Policy['Statement'][number];

/** What a policy grants. */
export interface Granted extends Grants {
  /** Statements that `executionPolicy` does not write, so that someone else did. */
  others: ReadStatement[];
}

/**
 * What a policy of `executionPolicy` grants: its inverse. What was changed by hand is not interpreted
 * but kept as a whole. Throws InvalidInput for what is no policy.
 */
export function grantedBy(document: unknown): Granted {
  if (document === undefined) return { secrets: [], files: [], others: [] };
  const { Statement } = parsePolicy(document, 'identity');
  const read = Statement.map((statement) => ({ statement, ...inverse(statement) }));
  const known = new Set(
    read.flatMap(({ action, secrets, files }) =>
      action === 'kms:Decrypt' || action === 's3:GetBucketLocation'
        ? []
        : [...secrets.map(({ arn }) => arn), ...files.map(bucketOf)],
    ),
  );
  // A key or bucket without anything to read from it would come back with a grant to read.
  const isOurs = ({ action, secrets, files }: Inverse): boolean =>
    action !== undefined &&
    secrets.every(({ arn }) => known.has(arn)) &&
    files.every((file) => known.has(bucketOf(file)));
  const ours = read.filter(isOurs);
  const keyed = ours.flatMap(({ action, secrets }) => (action === 'kms:Decrypt' ? secrets : []));
  const plain = ours.flatMap(({ action, secrets }) => (action === 'kms:Decrypt' ? [] : secrets));
  return {
    secrets: plain.flatMap((grant) => {
      const own = keyed.filter(({ arn }) => arn === grant.arn);
      return own.length === 0 ? [grant] : own;
    }),
    files: ours.flatMap(({ action, files }) => (action === 's3:GetObject' ? files : [])),
    others: read.filter((one) => !isOurs(one)).map(({ statement }) => statement),
  };
}

/** The policy that grants this, with the statements of others as they are; undefined for nothing. */
export function policyOf({ secrets, files, others }: Granted): PolicyDocument | undefined {
  const ours = executionPolicy(secrets, files)?.Statement ?? [];
  // They are passed on, whatever is in them.
  const statements = withDistinctSids([...ours, ...(others as unknown as Statement[])]);
  return statements.length > 0 ? { Version: '2012-10-17', Statement: statements } : undefined;
}

/** Those of the grants that these policies, taken together, do not allow yet. */
export function notGranted(wanted: Grants, documents: readonly unknown[]): Grants {
  const policies = documents.flatMap((document): Policy[] => {
    const policy = parsePolicy(document, 'identity');
    // A denial is nothing that one more grant would change.
    return [{ ...policy, Statement: policy.Statement.filter(({ Effect }) => Effect === 'Allow') }];
  });
  const isMissing = (needs: readonly RoleNeed[]): boolean =>
    needs.some((need) => evaluate(policies, need) !== 'allowed');
  return {
    secrets: wanted.secrets.filter((grant) => isMissing(readNeeds(grant))),
    files: wanted.files.filter(({ objectArn }) => isMissing(fileNeeds(objectArn))),
  };
}

/**
 * What these policies grant and, of what is wanted, what they do not; undefined where they grant it
 * all, so that there is nothing to change. What they granted when they were read earlier (`earlier`) is
 * wanted too.
 */
export function grantsBesides(
  wanted: Grants,
  documents: readonly unknown[],
  earlier: readonly unknown[] = [],
): Granted | undefined {
  const before = earlier.map(grantedBy);
  const all: Grants = {
    secrets: [...wanted.secrets, ...before.flatMap(({ secrets }) => secrets)],
    files: [...wanted.files, ...before.flatMap(({ files }) => files)],
  };
  const missing = notGranted(all, documents);
  if (missing.secrets.length + missing.files.length === 0) return undefined;
  const granted = documents.map(grantedBy);
  const others = [...granted, ...before].flatMap((one) => one.others);
  return {
    secrets: [...granted.flatMap(({ secrets }) => secrets), ...missing.secrets],
    files: [...granted.flatMap(({ files }) => files), ...missing.files],
    others: others.filter(
      (one, index) => others.findIndex((other) => samePolicy(one, other)) === index,
    ),
  };
}

// --- internal ---

/** What a statement stands for; without an action where it is not one of ours. */
interface Inverse extends Grants {
  action: string | undefined;
}

function inverse(statement: ReadStatement): Inverse {
  const { Action: [action = ''] = [], Resource: resources = [], Condition = {} } = statement;
  const grants = (): Grants => {
    switch (action) {
      case 'ssm:GetParameters':
        return { secrets: resources.map((arn) => ({ store: 'parameter-store', arn })), files: [] };
      case 'secretsmanager:GetSecretValue':
        return { secrets: resources.map((arn) => ({ store: 'secrets-manager', arn })), files: [] };
      case 'kms:Decrypt':
        return { secrets: keyGrants(resources[0], Condition), files: [] };
      case 's3:GetObject':
      case 's3:GetBucketLocation':
        return { secrets: [], files: resources.map((objectArn) => ({ objectArn })) };
      default:
        return { secrets: [], files: [] };
    }
  };
  const found = grants();
  const rebuilt = executionPolicy(found.secrets, found.files)?.Statement.find(
    ({ Action }) => Action === action,
  );
  const unnamed = (one: object): object => ({ ...one, Sid: undefined });
  const isSame = rebuilt !== undefined && samePolicy(unnamed(rebuilt), unnamed(statement));
  return isSame ? { action, ...found } : { action: undefined, secrets: [], files: [] };
}

function keyGrants(
  kmsKeyArn: string | undefined,
  conditions: NonNullable<ReadStatement['Condition']>,
): Grant[] {
  return Object.values(conditions)
    .flatMap((test) => Object.entries(test))
    .filter(([key]) => key.startsWith('kms:EncryptionContext:'))
    .flatMap(([, arns]) => arns)
    .map((arn) => ({
      store: parseArn(arn)?.service === 'ssm' ? 'parameter-store' : 'secrets-manager',
      arn,
      kmsKeyArn,
    }));
}

function bucketOf({ objectArn }: FileGrant): string {
  return objectArn.split('/', 1)[0] ?? objectArn;
}
