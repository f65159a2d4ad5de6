import type { CheckName, FailureId } from '../../failures/finding.ts';
import { parseArn, dnsSuffix } from '../../secrets/partition.ts';
import type { RoleFinding } from '../../roles/role-check.ts';
import { placeholderPlaces } from '../../definitions/placeholders.ts';
import { secretUses } from '../../definitions/secret-uses.ts';
import {
  needsExecutionRolePolicy,
  type ContainerDefinition,
  type TaskDefinition,
} from '../../definitions/task-definition.ts';
import type { Draft, RoleFact, StartFacts, Step } from './facts.ts';
import { makeLogGroup } from './logs.ts';
import { isPartial } from './references.ts';
import { referTo, soundSuffix, withSuffix } from './uses.ts';
import { ecrImage } from '../../definitions/ecr-image.ts';

/** Checks the execution role: its existence, who may assume it, and what it allows ECS to do. */
export function checkExecutionRole(facts: StartFacts): Draft[] {
  const { role, definition } = facts;
  if (role.state === 'none') return withoutRole(facts);
  if (role.state === 'malformed') {
    // Reported once for all its places, with the form of the task definition.
    if (placeholderPlaces(definition).has('executionRoleArn')) return [];
    return [
      {
        check: 'role',
        status: 'problem',
        subject: 'executionRoleArn',
        message: `"${role.written}" is neither the name nor the ARN of a role`,
        fix: [],
        failure: 'no-execution-role',
      },
    ];
  }
  const about = {
    check: 'role' as const,
    subject: role.name,
    fix: [] as Step[],
  };
  if (role.state === 'unseen') {
    return [{ ...about, status: 'not-checked', message: `the role cannot be seen: ${role.why}` }];
  }
  if (role.state === 'missing') {
    return [
      {
        ...about,
        status: 'problem',
        message: 'the execution role does not exist',
        fix: hasOpenReferences(definition)
          ? []
          : [grant(role.name, needsExecutionRolePolicy(definition), role.path)],
        failure: 'role-not-assumable',
      },
    ];
  }
  if (role.state === 'foreign') {
    return [
      {
        ...about,
        status: 'problem',
        message: `the execution role belongs to account ${role.account}; it must belong to the task's account`,
        failure: 'role-not-assumable',
      },
    ];
  }
  const { findings, notSimulated } = role;
  const elsewhere: Draft = {
    ...about,
    status: 'problem',
    message: `the role is ${role.arn}; the task definition names ${role.written}, which is not there`,
    fix: [{ register: ['--execution-role', role.arn] }],
    failure: 'role-not-assumable',
  };
  if (role.written.startsWith('arn:') && role.written !== role.arn) return [elsewhere];
  return [
    { ...about, status: 'ok', message: `the execution role of ${definition.family ?? ''} exists` },
    // The state of a key has its own check.
    ...findings.filter(({ by }) => by !== 'key-state').map((one) => judged(one, role, facts)),
    ...(notSimulated === undefined
      ? []
      : [
          {
            ...about,
            status: 'not-checked' as const,
            message: `policies of an organization are known to IAM's own simulation only: ${notSimulated}`,
          },
        ]),
  ];
}

// --- internal ---

type FoundRole = RoleFact & { state: 'found' };

/** What needs an execution role, by launch type (ECS guide, "task execution IAM role"). */
function withoutRole({ definition, placement, partial }: StartFacts): Draft[] {
  if (partial) {
    const subject = 'execution role';
    const message = 'the text names no role';
    return [{ check: 'role', status: 'not-checked', subject, message, fix: [] }];
  }
  const { family = 'task', containerDefinitions: containers } = definition;
  const onFargate = placement.launchTypes.includes('FARGATE');
  const forLogs = onFargate && containers.some(isLogged);
  const forImages = onFargate && containers.some(isFromEcr);
  const reasons = [
    ...(secretUses(definition).length > 0 ? ['it refers to secrets'] : []),
    ...(forLogs ? ['it logs to CloudWatch on Fargate'] : []),
    ...(forImages ? ['its image is in ECR on Fargate'] : []),
  ];
  if (reasons.length === 0) return [];
  const name = `${family.slice(0, 54)}-execution`;
  return [
    {
      check: 'role',
      status: 'problem',
      subject: 'executionRoleArn',
      message: `it is missing, and ${reasons.join(', ')}`,
      fix: hasOpenReferences(definition)
        ? []
        : [grant(name, forLogs || forImages), { register: ['--execution-role', name] }],
      failure: 'no-execution-role',
    },
  ];
}

/** Whether a reference has a placeholder, so that no role can be derived from it yet. */
function hasOpenReferences(definition: TaskDefinition): boolean {
  const held = placeholderPlaces(definition);
  return secretUses(definition).some(({ place }) => held.has(place));
}

const isLogged = ({ logConfiguration }: ContainerDefinition): boolean =>
  logConfiguration?.logDriver === 'awslogs';
const isFromEcr = ({ image = '' }: ContainerDefinition): boolean => ecrImage(image) !== undefined;

function grant(name: string, managedPolicy: boolean, path?: string): Step {
  return { role: { name, managedPolicy, path } };
}

const kinds: Readonly<Record<string, [check: CheckName, failure: FailureId]>> = {
  sts: ['trust', 'role-not-assumable'],
  ssm: ['grant', 'parameter-denied'],
  secretsmanager: ['grant', 'secret-denied'],
  kms: ['key', 'key-denied'],
  s3: ['grant', 'environment-file-unreadable'],
  ecr: ['image', 'registry-denied'],
  logs: ['logs', 'logs-denied'],
};

function judged(finding: RoleFinding, role: FoundRole, facts: StartFacts): Draft {
  const { what, action, verdict, why } = finding;
  const [service = ''] = action.split(':');
  const [check, failure] = kinds[service] ?? ['grant', 'secret-denied'];
  const subject = check === 'trust' ? role.name : what;
  if (verdict === 'allowed' && finding.unseen !== undefined) {
    const message = `${action} is allowed; whether the secret's own policy denies it cannot be read (${finding.unseen})`;
    return { check, status: 'not-checked', subject, message, fix: [] };
  }
  if (verdict === 'allowed') {
    return { check, status: 'ok', subject, message: `${action}: ${why}`, fix: [] };
  }
  if (verdict === 'unknown') {
    return { check, status: 'not-checked', subject, message: `${action}: ${why}`, fix: [] };
  }
  if (action === 'logs:CreateLogGroup') {
    return { check, subject, ...withoutCreating(finding, facts) };
  }
  return {
    check,
    status: 'problem',
    subject,
    message: `${action} is not allowed: ${why}`,
    fix: [...inFull(finding, facts), ...remedy(finding, role, service)],
    failure,
  };
}

/** Docker's driver creates a group only if none exists, so an existing one can be used. */
function withoutCreating(
  { what, why }: RoleFinding,
  { logGroups }: StartFacts,
): Pick<Draft, 'status' | 'message' | 'fix' | 'failure'> {
  const group = logGroups.find(({ container }) => what === `logs of ${container}`);
  const refused = 'logs:CreateLogGroup is not allowed';
  if (group?.state === 'found') {
    return { status: 'ok', message: `${refused}, nor needed, as the log group exists`, fix: [] };
  }
  if (group?.state === 'unseen') {
    return {
      status: 'not-checked',
      message: `${refused}; whether the log group exists is not seen`,
      fix: [],
    };
  }
  // AmazonECSTaskExecutionRolePolicy does not allow it, so creating the group is the shorter fix.
  return {
    status: 'problem',
    message: `${refused}: ${why}`,
    fix: group ? [makeLogGroup(group)] : [],
    failure: 'logs-denied',
  };
}

/** A partial ARN is requested as written, and a grant for the full ARN does not match it. */
function inFull({ resource }: RoleFinding, { uses }: StartFacts): Step[] {
  return uses.flatMap((fact): Step[] => {
    const { use, reference } = fact;
    if (reference?.store !== 'secrets-manager' || !isPartial(fact)) return [];
    if (!use.valueFrom.startsWith(resource)) return [];
    return referTo(use, withSuffix(reference, soundSuffix(fact, reference)));
  });
}

/** What only an owner can decide (a boundary, a deny, an organization) has no command. */
function remedy(finding: RoleFinding, role: FoundRole, service: string): Step[] {
  const { verdict, by, resource } = finding;
  if (service === 'sts') return verdict === 'denied' ? [] : [grant(role.name, false)];
  if (verdict === 'denied') return [];
  if (by === 'identity') return [grant(role.name, service === 'ecr' || service === 'logs')];
  const policy = role.keyPolicies[resource];
  return by === 'resource' && policy !== undefined ? [openKey(finding, role, policy)] : [];
}

/** Adds the role to the key policy, for this store only. */
function openKey({ resource: keyArn, what }: RoleFinding, role: FoundRole, policy: unknown): Step {
  const { partition = 'aws', region = '' } = parseArn(keyArn) ?? {};
  const isParameter = what.startsWith('parameter/');
  const store = isParameter ? 'ssm' : 'secretsmanager';
  const of = role.name.replace(/[^A-Za-z0-9]/g, '');
  const statement = {
    Sid: `EcsSecrets${of}${isParameter ? 'Parameters' : 'Secrets'}`,
    Effect: 'Allow',
    Principal: { AWS: role.arn },
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: {
      StringEquals: { 'kms:ViaService': `${store}.${region}.${dnsSuffix(partition)}` },
    },
  };
  return { keyPolicy: { keyArn, policy, statement } };
}
