// What the pages of the commands say that no declaration holds: groups, exit codes, further reading.
import { exitCodes } from '../errors.ts';

/** The commands by subject, in the order of the README's table. */
export const groups: readonly { title: string; commands: readonly string[] }[] = [
  {
    title: 'Secrets',
    commands: [
      ...['put', 'import', 'list', 'find', 'get', 'history', 'tag', 'untag', 'rollback', 'delete'],
      'restore',
    ],
  },
  { title: 'Environment', commands: ['export', 'exec', 'diff', 'check'] },
  {
    title: 'Roles',
    commands: [
      'role create',
      'role show',
      'role check',
      'role delete',
      'policy execution',
      'policy caller',
    ],
  },
  { title: 'Task definitions', commands: ['register', 'revisions', 'audit', 'migrate'] },
  {
    title: 'Rollout',
    commands: ['rotate', 'redeploy', 'deploy rollback', 'wait', 'run', 'where-used', 'stale'],
  },
  {
    title: 'Automatic redeploy',
    commands: [
      'auto-redeploy print',
      'auto-redeploy deploy',
      'auto-redeploy status',
      'auto-redeploy test',
      'auto-redeploy remove',
    ],
  },
  { title: 'Diagnosis', commands: ['verify', 'diagnose'] },
  { title: 'Tools', commands: ['whoami', 'init', 'completion', 'sandbox'] },
];

/** Exit codes of every command. */
const common: readonly [code: number, meaning: string][] = [
  [exitCodes.done, 'done'],
  [exitCodes.failed, 'failed'],
  [exitCodes.invalid, 'wrong usage or invalid input; nothing was written'],
  [exitCodes.interrupted, 'interrupted, or not confirmed'],
];

const rollout: readonly [number, string][] = [
  [exitCodes.findings, 'services were left that hold the old value'],
  [exitCodes.rolloutFailed, 'a deployment failed or was rolled back'],
  [exitCodes.timedOut, 'timed out while waiting; the deployments continue in ECS'],
];
const ownCode: readonly [number, string][] = [
  [126, 'the program cannot be run'],
  [127, 'the program does not exist'],
];

const stackFailed: readonly [number, string][] = [
  [exitCodes.rolloutFailed, 'CloudFormation could not make the changes, and rolled them back'],
];

/** Exit codes that a command has besides those of every command. */
const more: Readonly<Record<string, readonly [number, string][]>> = {
  rollback: rollout,
  exec: ownCode,
  diff: [[exitCodes.findings, 'the two places differ']],
  check: [[exitCodes.findings, 'a required secret is missing; with `--strict` also for a warning']],
  'role check': [[exitCodes.findings, 'an action is missing or denied']],
  register: rollout.slice(1),
  audit: [[exitCodes.findings, 'a secret in plain text was found']],
  migrate: rollout.slice(1),
  rotate: rollout,
  redeploy: rollout,
  'deploy rollback': rollout.slice(1),
  wait: rollout.slice(1),
  run: [
    [exitCodes.findings, 'a check failed; no task was started'],
    [exitCodes.rolloutFailed, 'the task did not start'],
    [exitCodes.timedOut, 'timed out while waiting'],
  ],
  stale: [[exitCodes.findings, 'a task may hold an old value']],
  'auto-redeploy deploy': stackFailed,
  'auto-redeploy remove': stackFailed,
  'auto-redeploy status': [
    [exitCodes.findings, 'the stack is not up to date, or it or the last execution has failed'],
  ],
  verify: [[exitCodes.findings, 'a problem was found; with `--strict` also for a warning']],
  diagnose: [[exitCodes.findings, 'something has failed']],
  sandbox: ownCode,
};

/** The exit codes of a command with their meaning, in ascending order. */
export function exitCodesOf(name: string): [code: number, meaning: string][] {
  return [...common, ...(more[name] ?? [])].sort(([a], [b]) => a - b);
}

/** Commands that print no document with `--json`. `exec` prints what its program prints. */
export const withoutDocument: ReadonlySet<string> = new Set(['exec']);

/** What else to read about a command: title and file name under docs/. */
export const guides: Readonly<Record<string, readonly (readonly [title: string, file: string])[]>> =
  {
    put: [['Values and references', 'values.md']],
    import: [['Files that are read and written', 'files.md']],
    list: [['Values and references', 'values.md']],
    find: [['Values and references', 'values.md']],
    get: [['Values and references', 'values.md']],
    tag: [['Values and references', 'values.md']],
    untag: [['Values and references', 'values.md']],
    history: [['Values and references', 'values.md']],
    rollback: [['How a rotation works', 'rotation.md']],
    delete: [['Values and references', 'values.md']],
    restore: [['Values and references', 'values.md']],
    export: [['Files that are read and written', 'files.md']],
    exec: [['Files that are read and written', 'files.md']],
    diff: [['Files that are read and written', 'files.md']],
    check: [['Options of a repository', 'configuration.md']],
    'role create': [['Roles and permissions', 'permissions.md']],
    'role show': [['Roles and permissions', 'permissions.md']],
    'role check': [['Roles and permissions', 'permissions.md']],
    'role delete': [['Roles and permissions', 'permissions.md']],
    'policy execution': [['Roles and permissions', 'permissions.md']],
    'policy caller': [['Roles and permissions', 'permissions.md']],
    register: [['Files that are read and written', 'files.md']],
    revisions: [['Revisions of a task definition', 'revisions.md']],
    audit: [['Plaintext secrets', 'plaintext.md']],
    migrate: [['Plaintext secrets', 'plaintext.md']],
    rotate: [['How a rotation works', 'rotation.md']],
    redeploy: [['How a rotation works', 'rotation.md']],
    'deploy rollback': [['Files that are read and written', 'files.md']],
    wait: [['How a rotation works', 'rotation.md']],
    run: [['CI', 'ci.md']],
    'where-used': [['How a rotation works', 'rotation.md']],
    stale: [
      ['How a rotation works', 'rotation.md'],
      ['Troubleshooting', 'troubleshooting.md'],
    ],
    'auto-redeploy print': [['Automatic redeploy', 'automatic-redeploy.md']],
    'auto-redeploy deploy': [['Automatic redeploy', 'automatic-redeploy.md']],
    'auto-redeploy status': [['Automatic redeploy', 'automatic-redeploy.md']],
    'auto-redeploy test': [['Automatic redeploy', 'automatic-redeploy.md']],
    'auto-redeploy remove': [['Automatic redeploy', 'automatic-redeploy.md']],
    verify: [['Troubleshooting', 'troubleshooting.md']],
    diagnose: [['Troubleshooting', 'troubleshooting.md']],
    whoami: [['Credentials', 'credentials.md']],
    init: [['Options of a repository', 'configuration.md']],
    completion: [['Completion', 'completion.md']],
    sandbox: [['The sandbox', 'sandbox.md']],
  };
