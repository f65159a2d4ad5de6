import type { Iam } from '../../aws/iam.ts';
import type { Aws } from '../../aws/index.ts';
import { CliError } from '../../errors.ts';
import type { KeyFact, PassFact, RoleFact, UseFact } from '../../model/starts/checks/facts.ts';
import { isPartial } from '../../model/starts/checks/references.ts';
import type { Grant } from '../../model/roles/execution-policy.ts';
import { parseArn } from '../../model/secrets/partition.ts';
import { evaluateAccess, type PolicyRequest } from '../../model/roles/policy-evaluation.ts';
import { assumeUnknownsPass } from '../../model/roles/policy-unknowns.ts';
import { lookupId, type SecretIdentity, type Store } from '../../model/secrets/reference.ts';
import { InvalidInput } from '../../model/problems.ts';
import { isRole } from '../../model/definitions/task-definition-checks.ts';
import { roleFiles } from '../../model/definitions/secret-uses.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { checkRole } from '../roles/check-role.ts';
import { readRole, roleName, rolePath } from '../roles/role-policies.ts';
import { whyUnseen } from '../if-allowed.ts';

/** What the execution role of a task definition allows ECS to do. */
export async function gatherRoleFact(
  aws: Aws,
  definition: TaskDefinition,
  uses: readonly UseFact[],
): Promise<RoleFact> {
  const { executionRoleArn: written } = definition;
  if (!written) return { state: 'none' };
  const name = roleName(written);
  // RegisterTaskDefinition also accepts the name of a role (botocore model).
  if (!/^[\w+=,.@-]{1,64}$/.test(name)) return { state: 'malformed', written };
  const { account } = await aws.caller();
  const own = parseArn(written)?.account ?? account;
  if (own !== account) return { state: 'foreign', name, account: own };
  try {
    const found = await readRole(await aws.iam(), written);
    const { findings, notSimulated } = await checkRole(
      aws,
      found,
      {
        secrets: uses.flatMap(grantOf),
        files: roleFiles(definition).map((objectArn) => ({ objectArn })),
        missing: [],
        unknownKeys: [],
      },
      [definition],
      { keyStates: new Map(uses.flatMap(keyStateOf)) },
    );
    const closed = findings.filter(
      ({ action, by, verdict }) =>
        action === 'kms:Decrypt' && by === 'resource' && verdict === 'missing',
    );
    const policies = closed.map(async ({ resource }) => {
      const kms = await aws.kms(parseArn(resource)?.region);
      return [resource, await kms.keyPolicy(resource)] as const;
    });
    return {
      state: 'found',
      name: found.role.name,
      arn: found.role.arn,
      written,
      findings,
      notSimulated,
      keyPolicies: Object.fromEntries(await Promise.all(policies)),
    };
  } catch (error) {
    // A policy may contain elements that our parser does not support.
    if (error instanceof InvalidInput) return { state: 'unseen', name, why: error.message };
    if (!(error instanceof CliError)) throw error;
    return error.code === 'role-not-found'
      ? { state: 'missing', name, path: rolePath(written) }
      : { state: 'unseen', name, why: whyUnseen(error) };
  }
}

/**
 * Whether the caller may pass the roles of a task definition to ECS, according to IAM's simulation.
 */
export async function gatherPassFacts(
  aws: Aws,
  { executionRoleArn, taskRoleArn }: TaskDefinition,
): Promise<PassFact[]> {
  const roles = [
    [executionRoleArn, 'execution role'],
    [taskRoleArn, 'task role'],
  ] as const;
  return Promise.all(
    roles.flatMap(([role, what]) => (role && isRole(role) ? [passFact(aws, role, what)] : [])),
  );
}

// --- internal ---

/** What ECS reads; for a partial ARN, ECS requests it by the ARN as written. */
function grantOf(fact: UseFact): Grant[] {
  const { reference, secret } = fact;
  if (secret.state === 'missing') {
    const { instead, arn } = secret;
    if (instead) return [grantFor(instead.identity, instead.key)];
    // A secret that is created next needs a grant too.
    return arn === undefined ? [] : [grantFor({ arn, store: storeOf(arn) }, undefined)];
  }
  if (secret.state !== 'found') return [];
  const { identity, key } = secret;
  const writtenAs = reference && isPartial(fact) ? lookupId(reference) : undefined;
  return [{ ...grantFor(identity, key), writtenAs }];
}

function grantFor({ arn, store }: Pick<SecretIdentity, 'arn' | 'store'>, key?: KeyFact): Grant {
  const named = key?.state === 'unseen' && key.id.includes(':key/') ? key.id : undefined;
  return { store, arn, kmsKeyArn: key?.state === 'found' ? key.arn : named };
}

function storeOf(arn: string): Store {
  return parseArn(arn)?.service === 'ssm' ? 'parameter-store' : 'secrets-manager';
}

function keyStateOf({ secret }: UseFact): [arn: string, state: string][] {
  if (secret.state !== 'found' || secret.key.state !== 'found') return [];
  return [[secret.key.arn, secret.key.keyState]];
}

async function passFact(aws: Aws, written: string, what: PassFact['what']): Promise<PassFact> {
  const { arn: caller, account, partition, region } = await aws.caller();
  const role = written.startsWith('arn:')
    ? written
    : `arn:${partition}:iam::${account}:role/${written}`;
  const fact = (decision: PassFact['decision'], why: string): PassFact => ({
    role: roleName(role),
    what,
    decision,
    why,
  });
  if (caller.endsWith(':root')) return fact('allowed', 'the root user may do everything');
  try {
    const iam = await aws.iam();
    const [, session] = /:assumed-role\/([^/]+)\//.exec(caller) ?? [];
    const principal = session === undefined ? caller : (await iam.role(session))?.arn;
    if (principal === undefined) return fact('unseen', `the role ${session ?? ''} is not found`);
    const context = {
      'iam:PassedToService': 'ecs-tasks.amazonaws.com',
      'aws:RequestedRegion': region,
      'aws:PrincipalArn': principal,
      'aws:PrincipalAccount': account,
      'aws:SecureTransport': 'true',
    };
    const { decision, byOrganization, isOpen } = await iam.simulate(
      principal,
      'iam:PassRole',
      role,
      context,
    );
    if (decision === 'allowed') return fact('allowed', '');
    if (isOpen && !byOrganization) {
      const unknown = await openKeys(iam, session, {
        action: 'iam:PassRole',
        resource: role,
        context,
      });
      if (unknown) return fact('unseen', `it depends on ${unknown}, not known here`);
    }
    return fact(
      'denied',
      byOrganization
        ? 'a policy of the organization denies it'
        : decision === 'explicitDeny'
          ? 'a policy denies it'
          : 'no policy allows it',
    );
  } catch (error) {
    if (error instanceof CliError) return fact('unseen', whyUnseen(error));
    throw error;
  }
}

/**
 * The condition keys that a denial depends on; undefined if the policies of the caller's role deny
 * it regardless of them. Policies of a user are not checked.
 */
async function openKeys(
  iam: Iam,
  session: string | undefined,
  request: PolicyRequest,
): Promise<string | undefined> {
  if (session === undefined) return 'conditions of your policies';
  const { policies: identity, boundary } = await readRole(iam, session);
  const { policies, unknown } = assumeUnknownsPass(
    { identity: identity.map(({ policy }) => policy), boundary: boundary?.policy },
    request.context ?? {},
  );
  return evaluateAccess(policies, request).decision === 'allowed' ? unknown.join(', ') : undefined;
}
