import type { Aws } from '../../aws/index.ts';
import type { OnProgress } from '../progress.ts';
import { CliError, isAccessDenied } from '../../errors.ts';
import { parseArn, type Scope } from '../../model/secrets/partition.ts';
import { parsePolicy } from '../../model/roles/parse-policy.ts';
import { evaluateAccess, type AccessPolicies } from '../../model/roles/policy-evaluation.ts';
import {
  containerNeeds,
  fileNeeds,
  readNeeds,
  type RoleNeed,
} from '../../model/roles/role-check.ts';
import {
  readUse,
  roleFiles,
  secretUses,
  serviceConnectUses,
} from '../../model/definitions/secret-uses.ts';
import { grantsFor } from './role-grants.ts';
import { readRole } from './role-policies.ts';
import type { RoleLoss } from './role-request.ts';
import { namedSecrets } from '../definitions/named-secrets.ts';
import { roleUsers, type RoleUser } from './role-users.ts';
import { requestOf } from './judge-role.ts';
import { lastPart } from '../../model/last-part.ts';

/** Who needs what a role is about to lose. */
export interface LossFindings {
  /** e.g. `service shop/web (web:3) needs ssm:GetParameters on arn:…` */
  needed: string[];
  /** What was not looked at, e.g. `EventBridge rules (…)`, `services in eu-west-1`. */
  unchecked: string[];
}

/**
 * Finds the services, running tasks, rules and schedules whose task definitions need what a role is
 * about to lose: what its policies allow now, and those that are left do not. Throws CliError
 * `access-denied` when services may not be looked at.
 */
export async function neededOfLoss(
  aws: Aws,
  loss: RoleLoss,
  onProgress: OnProgress,
): Promise<LossFindings> {
  const iam = await aws.iam();
  const here = await aws.caller();
  const found = await readRole(iam, loss.name);
  const boundary =
    loss.boundary === undefined ? undefined : (await iam.managedPolicy(loss.boundary))?.document;
  const before: AccessPolicies = {
    identity: found.policies.map(({ policy }) => policy),
    boundary: found.boundary?.policy,
  };
  const after: AccessPolicies = {
    identity: [
      ...found.policies
        .filter(({ name }) => !loss.replaced.includes(name))
        .map((one) => one.policy),
      ...loss.documents.map((document) => parsePolicy(document, 'identity')),
    ],
    boundary: boundary === undefined ? before.boundary : parsePolicy(boundary, 'identity'),
  };
  const isLost = (need: RoleNeed): boolean => {
    const request = requestOf(found, need, here);
    return (
      evaluateAccess(before, request).decision === 'allowed' &&
      evaluateAccess(after, request).decision !== 'allowed'
    );
  };
  try {
    const { users, unchecked } = await roleUsers(aws, found.role, onProgress);
    const needed: string[] = [];
    const lost = new Map<string, RoleNeed[]>();
    for (const one of users) {
      const { name, as, taskDefinition } = one;
      const user = `${name} (${lastPart(taskDefinition)})`;
      if (as.includes('task role')) unchecked.push(`what ${user} does under it as its task role`);
      if (!as.includes('execution role')) continue;
      const key = one.serviceConnect?.length ? `${name} ${taskDefinition}` : taskDefinition;
      const own = lost.get(key) ?? (await needsOf(aws, one, here)).filter(isLost);
      lost.set(key, own);
      needed.push(...own.map(({ action, resource }) => `${user} needs ${action} on ${resource}`));
    }
    return {
      needed: [...new Set(needed)],
      unchecked: [...new Set([...unchecked, ...otherRegions(loss, here)])],
    };
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    throw new CliError(
      'access-denied',
      `whether a service needs what goes cannot be checked: ${error.message}`,
      { hint: `${error.hint ?? 'allow it'}; --force removes it without this check`, cause: error },
    );
  }
}

// --- internal ---

/** What ECS does under the execution role for a task definition, and for the service that runs it. */
async function needsOf(
  aws: Aws,
  { definition, serviceConnect = [] }: Pick<RoleUser, 'definition' | 'serviceConnect'>,
  here: Scope,
): Promise<RoleNeed[]> {
  const { named } = await namedSecrets(aws, definition);
  const { secrets, files } = await grantsFor(aws, {
    // A reference that is malformed lets no task start anyway.
    references: [
      ...secretUses(definition),
      ...named,
      ...serviceConnectUses(serviceConnect),
    ].flatMap((use) => readUse(use) ?? []),
    files: roleFiles(definition).map((objectArn) => ({ objectArn })),
    allowMissing: true,
    keyArns: [],
  });
  return [
    ...secrets.flatMap(readNeeds),
    ...files.flatMap(({ objectArn }) => fileNeeds(objectArn)),
    ...containerNeeds(definition, here),
  ];
}

/** Regions that what goes was for: only this one is searched for services. */
function otherRegions({ changes }: RoleLoss, { region: here }: Scope): string[] {
  const regions = changes
    .flatMap(({ revokes = [] }) => revokes)
    .flatMap((grant) => {
      const arns = grant.match(/arn:[^\s,]+/g) ?? [];
      // A trust policy that names no region lets ECS in from all.
      const isForAll = grant.startsWith('sts:') && arns.length === 0;
      return isForAll ? ['*'] : arns.map((arn) => parseArn(arn)?.region ?? '*');
    });
  return [...new Set(regions)]
    .filter((one) => one !== '' && one !== here)
    .sort()
    .map((one) => (one === '*' ? 'services in other regions' : `services in ${one}`));
}
