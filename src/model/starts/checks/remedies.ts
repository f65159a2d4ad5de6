import { formatReference } from '../../secrets/reference.ts';
import { mendingCommand } from '../../roles/role-check.ts';
import { commandLine } from '../../shell.ts';
import type { Finding } from '../../failures/finding.ts';
import { parseArn } from '../../secrets/partition.ts';
import { isDaemonDefinition } from '../../usage/daemon.ts';
import type { Draft, KeyPolicyStep, RoleStep, StartFacts, Step } from './facts.ts';

/**
 * Combines the fixes of findings into commands. Fixes of the same revision, the same role or the
 * same key policy become one command. Separate commands would undo each other, or fail because of
 * the remaining problems. `keys` are the steps for key policies of all targets together.
 */
export function remedies(
  drafts: readonly Draft[],
  facts: StartFacts,
  keys: readonly KeyPolicyStep[],
): StartReport {
  const problems = drafts.filter(({ status }) => status === 'problem').flatMap(({ fix }) => fix);
  const words = (steps: readonly Step[]): string[] => {
    const edits = new Map(
      [...problems, ...steps].flatMap((step) =>
        isRegister(step) ? [[editKey(step.register), step.register] as const] : [],
      ),
    );
    const roles = [...problems, ...steps].filter(isRole);
    const commands = steps.filter((step) => typeof step === 'string');
    const deploys = (command: string): boolean => command.startsWith('aws ecs update-service ');
    const keyArns = steps.filter(isKeyPolicy).map(({ keyPolicy }) => keyPolicy.keyArn);
    return [
      ...commands.filter((command) => !deploys(command)),
      ...[...new Set(keyArns)].map((arn) => keyPolicyCommand(arn, keys)),
      ...(steps.some(isRole) ? [roleCommand(roles, edits, facts)] : []),
      // Commands that deploy come after everything else is fixed.
      ...commands.filter(deploys),
      // For a pasted text, family and container are unknown. No command registers those of daemons.
      ...(steps.some(isRegister) && !facts.partial && !isDaemonDefinition(facts.name.family)
        ? [registerCommand([...edits.values()], facts)]
        : []),
    ];
  };
  const findings = drafts.map((draft): Finding => ({ ...draft, fix: words(draft.fix) }));
  return { findings, fix: [...new Set(words(problems))] };
}

/** The steps for key policies in these findings. */
export function keyPolicySteps(drafts: readonly Draft[]): KeyPolicyStep[] {
  return drafts.flatMap(({ fix }) =>
    fix.flatMap((step) => (isKeyPolicy(step) ? [step.keyPolicy] : [])),
  );
}

// --- internal ---

interface RegisterPart {
  register: readonly string[];
}
interface RolePart {
  role: RoleStep;
}
interface KeyPolicyPart {
  keyPolicy: KeyPolicyStep;
}

const isRegister = (step: Step): step is RegisterPart =>
  typeof step === 'object' && 'register' in step;
const isRole = (step: Step): step is RolePart => typeof step === 'object' && 'role' in step;
const isKeyPolicy = (step: Step): step is KeyPolicyPart =>
  typeof step === 'object' && 'keyPolicy' in step;

/** The target of an edit, without its value: `--secret web:NAME`. */
function editKey([option = '', value = '']: readonly string[]): string {
  return `${option} ${value.replace(/=.*$/s, '')}`;
}

/** A key policy is written as a whole: the current one with all additions. */
function keyPolicyCommand(keyArn: string, keys: readonly KeyPolicyStep[]): string {
  const own = keys.filter((step) => step.keyArn === keyArn);
  const document = own[0]?.policy as { Statement?: unknown };
  const statements = [document.Statement].flat() as { Sid?: string }[];
  const added = new Map(own.map(({ statement }) => [statement.Sid, statement]));
  const kept = statements.filter(({ Sid }) => Sid === undefined || !added.has(Sid));
  return commandLine([
    ...['aws', 'kms', 'put-key-policy', '--key-id', keyArn, '--policy-name', 'default'],
    ...['--region', parseArn(keyArn)?.region ?? ''],
    ...['--policy', JSON.stringify({ ...document, Statement: [...kept, ...added.values()] })],
  ]);
}

/** Standard input is consumed, so the user has to insert the name of the file. */
function fileOf(file: string): string {
  return file === '-' ? 'FILE' : file;
}

function registerCommand(edits: readonly (readonly string[])[], facts: StartFacts): string {
  const { name, service } = facts;
  return commandLine([
    'ecs-secrets',
    'register',
    ...(name.file === undefined ? ['--family', name.family] : [fileOf(name.file), ...name.options]),
    ...edits.flat(),
    ...(service ? ['--service', `${service.cluster}/${service.name}`] : []),
  ]);
}

function roleCommand(
  roles: readonly RolePart[],
  edits: ReadonlyMap<string, readonly string[]>,
  { name, service, uses, partial }: StartFacts,
): string {
  const references = uses.flatMap(({ use, reference }): string[] => {
    const option = use.kind === 'secretOptions' ? '--secret-option' : '--secret';
    const edit = edits.get(`${option} ${use.container}:${use.name}`);
    const [, value] = edit ?? [];
    if (value !== undefined) return [value.slice(value.indexOf('=') + 1)];
    return reference ? [formatReference(reference)] : [];
  });
  // While the task definition refers to missing secrets, the required grants cannot be derived from
  // it.
  const isSound =
    !partial &&
    name.options.length === 0 &&
    [...edits.keys()].every((key) => key.startsWith('--execution-role'));
  const written = isSound
    ? [
        ...['--task-definition', name.file === undefined ? name.family : fileOf(name.file)],
        // Settings of the service are not in the task definition.
        ...(service && uses.some(({ use }) => use.kind === 'serviceConnect')
          ? ['--service', `${service.cluster}/${service.name}`]
          : []),
      ]
    : [...new Set(references)].flatMap((reference) => ['--secret', reference]);
  const needsPolicy = roles.some(({ role }) => role.managedPolicy) && !isSound;
  const path = roles.find(({ role }) => role.path !== undefined)?.role.path;
  return mendingCommand(roles[0]?.role.name ?? '', [
    ...written,
    ...(needsPolicy ? ['--managed-policy', 'always'] : []),
    ...(path === undefined ? [] : ['--path', path]),
  ]);
}

/** The results of all checks for one task definition. */
export interface StartReport {
  /** In the order of `checkNames`. */
  findings: Finding[];
  /** The commands that fix every problem, each once, in the order to run them. */
  fix: string[];
}
