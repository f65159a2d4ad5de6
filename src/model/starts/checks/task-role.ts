import { trustPolicy } from '../../roles/policy.ts';
import { trustBesides } from '../../roles/trust.ts';
import { commandLine } from '../../shell.ts';
import type { Draft, StartFacts, Step, TaskRoleFact } from './facts.ts';

/**
 * Checks the task role: its existence, and whether ECS may assume it. What the containers do with it
 * is not in the task definition, so its permissions are not checked.
 */
export function checkTaskRole({ taskRole: role, here }: StartFacts): Draft[] {
  if (!role) return [];
  const about = { subject: role.name, fix: [] as Step[] };
  const wrong = (message: string, fix: Step[] = []): Draft => ({
    ...{ check: 'role', status: 'problem', subject: role.name, message, fix },
    failure: 'role-not-assumable',
  });
  switch (role.state) {
    case 'unseen':
      return [
        {
          ...about,
          check: 'role',
          status: 'not-checked',
          message: `the task role cannot be seen: ${role.why}`,
        },
      ];
    case 'missing':
      return [wrong('the task role does not exist', [createCommand(role, here)])];
    case 'foreign':
      return [
        wrong(
          `the task role belongs to account ${role.account}; it must belong to the task's account`,
        ),
      ];
    case 'found':
      if (role.written.startsWith('arn:') && role.written !== role.arn) {
        return [
          wrong(
            `the role is ${role.arn}; the task definition names ${role.written}, which does not exist`,
            [{ register: ['--task-role', role.arn] }],
          ),
        ];
      }
      return [
        { ...about, check: 'role', status: 'ok', message: 'the task role exists' },
        trusted(role, here),
      ];
  }
}

// --- internal ---

type Here = StartFacts['here'];

function trusted(
  { name, trust, trustPolicy: present }: TaskRoleFact & { state: 'found' },
  here: Here,
): Draft {
  const { verdict, why } = trust;
  const about = { check: 'trust' as const, subject: name };
  if (verdict === 'allowed') {
    return { ...about, status: 'ok', message: `sts:AssumeRole: ${why}`, fix: [] };
  }
  if (verdict === 'unknown') {
    return { ...about, status: 'not-checked', message: `sts:AssumeRole: ${why}`, fix: [] };
  }
  const document = JSON.stringify(trustBesides(present, trustPolicy(here, true)));
  const command = ['aws', 'iam', 'update-assume-role-policy', '--role-name', name];
  return {
    ...about,
    status: 'problem',
    message: `sts:AssumeRole is not allowed for the task role: ${why}`,
    // Another statement cannot override one that denies it.
    fix: verdict === 'denied' ? [] : [commandLine([...command, '--policy-document', document])],
    failure: 'role-not-assumable',
  };
}

/** Creates the role without permissions: only its owner knows what the containers need. */
function createCommand({ name, path }: TaskRoleFact & { state: 'missing' }, here: Here): string {
  return commandLine([
    ...['aws', 'iam', 'create-role', '--role-name', name],
    ...(path === undefined ? [] : ['--path', path]),
    ...['--assume-role-policy-document', JSON.stringify(trustPolicy(here, true))],
  ]);
}
