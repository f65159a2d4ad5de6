import { formatReference } from '../reference.ts';
import { mendingCommand } from '../role-check.ts';
import { commandLine } from '../shell.ts';
import type { Finding } from '../finding.ts';
import type { Draft, RoleStep, StartFacts, Step } from './facts.ts';
import type { StartReport } from './index.ts';

/**
 * Puts the fixes of findings into commands. What one revision or one role mends becomes one command:
 * run for each finding by itself, the second would undo the first or fail at what is still wrong.
 */
export function remedies(drafts: readonly Draft[], facts: StartFacts): StartReport {
  const problems = drafts.filter(({ status }) => status === 'problem').flatMap(({ fix }) => fix);
  const words = (steps: readonly Step[], isProblem: boolean): string[] => {
    // Of several edits of one thing the first counts: it knows the most of what is wrong with it.
    const byRank = [...(isProblem ? [] : steps), ...problems];
    const edits = new Map(
      byRank
        .flatMap((step) =>
          isRegister(step) ? [[editKey(step.register), step.register] as const] : [],
        )
        .toReversed(),
    );
    const roles = [...problems, ...steps].filter(isRole);
    return [
      ...steps.filter((step) => typeof step === 'string'),
      ...(steps.some(isRole) ? [roleCommand(roles, edits, facts)] : []),
      ...(steps.some(isRegister) ? [registerCommand([...edits.values()].toReversed(), facts)] : []),
    ];
  };
  const findings = drafts.map((draft): Finding => ({
    ...draft,
    fix: words(draft.fix, draft.status === 'problem'),
  }));
  return { findings, fix: [...new Set(words(problems, true))] };
}

// --- internal ---

interface RegisterPart {
  register: readonly string[];
}
interface RolePart {
  role: RoleStep;
}

const isRegister = (step: Step): step is RegisterPart =>
  typeof step === 'object' && 'register' in step;
const isRole = (step: Step): step is RolePart => typeof step === 'object' && 'role' in step;

/** What an edit sets, without what it is set to: `--secret web:NAME`. */
function editKey([option = '', value = '']: readonly string[]): string {
  return `${option} ${value.replace(/=.*$/s, '')}`;
}

function registerCommand(edits: readonly (readonly string[])[], facts: StartFacts): string {
  const { name, service } = facts;
  return commandLine([
    'ecs-secrets',
    'register',
    ...(name.file === undefined ? ['--family', name.family] : [name.file, ...name.options]),
    ...edits.flat(),
    ...(service ? ['--service', `${service.cluster}/${service.name}`] : []),
  ]);
}

function roleCommand(
  roles: readonly RolePart[],
  edits: ReadonlyMap<string, readonly string[]>,
  { name, uses }: StartFacts,
): string {
  const references = uses.flatMap(({ use, reference }): string[] => {
    const option = use.kind === 'secretOptions' ? '--secret-option' : '--secret';
    const edit = edits.get(`${option} ${use.container}:${use.name}`);
    const [, value] = edit ?? [];
    if (value !== undefined) return [value.slice(value.indexOf('=') + 1)];
    return reference ? [formatReference(reference)] : [];
  });
  // As long as the task definition refers to what is not there, it cannot tell what to grant.
  const isSound =
    name.options.length === 0 &&
    [...edits.keys()].every((key) => key.startsWith('--execution-role'));
  const written = isSound
    ? ['--task-definition', name.file ?? name.family]
    : [...new Set(references)].flatMap((reference) => ['--secret', reference]);
  const needsPolicy = roles.some(({ role }) => role.managedPolicy) && !isSound;
  return mendingCommand(roles[0]?.role.name ?? '', [
    ...written,
    ...(needsPolicy ? ['--managed-policy', 'always'] : []),
  ]);
}
