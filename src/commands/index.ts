import type { CommandDefinition } from '../cli.ts';

/** A subcommand as the list knows it; its arguments and body are loaded when it runs. */
export interface CommandEntry {
  name: string;
  summary: string;
  load: () => Promise<CommandDefinition>;
}

/** A word that has subcommands of its own. */
export interface CommandGroup {
  name: string;
  summary: string;
  commands: readonly CommandEntry[];
}

/** Every subcommand, in the order of help: the one list that all else derives from. */
export const commands: readonly (CommandEntry | CommandGroup)[] = [
  {
    name: 'put',
    summary: 'create or update one secret',
    load: async () => (await import('./secrets/put.ts')).put,
  },
  {
    name: 'import',
    summary: 'store many secrets from a dotenv, JSON or YAML file',
    load: async () => (await import('./import/import.ts')).importCommand,
  },
  {
    name: 'list',
    summary: 'the secrets of a store',
    load: async () => (await import('./secrets/list.ts')).list,
  },
  {
    name: 'get',
    summary: 'what is known of a secret; with --reveal its value',
    load: async () => (await import('./secrets/get.ts')).get,
  },
  {
    name: 'history',
    summary: 'the versions of a secret',
    load: async () => (await import('./secrets/history.ts')).history,
  },
  {
    name: 'rollback',
    summary: 'make an earlier version of a secret current again',
    load: async () => (await import('./rollout/rollback.ts')).rollback,
  },
  {
    name: 'delete',
    summary: 'delete a secret that nothing uses',
    load: async () => (await import('./usage/delete.ts')).deleteCommand,
  },
  {
    name: 'restore',
    summary: 'take back the scheduled deletion of a secret',
    load: async () => (await import('./secrets/restore.ts')).restore,
  },
  {
    name: 'export',
    summary: 'print values for other programs',
    load: async () => (await import('./environment/export.ts')).exportCommand,
  },
  {
    name: 'exec',
    summary: 'run a program with the secrets that a container would get',
    load: async () => (await import('./environment/exec.ts')).exec,
  },
  {
    name: 'diff',
    summary: 'how the values of two places differ',
    load: async () => (await import('./environment/diff.ts')).diff,
  },
  {
    name: 'role',
    summary: "the tasks' execution role",
    commands: [
      {
        name: 'create',
        summary: 'create the role, or add to it what its references need',
        load: async () => (await import('./roles/role-create.ts')).roleCreate,
      },
      {
        name: 'show',
        summary: 'what a role grants, statement by statement',
        load: async () => (await import('./roles/role-show.ts')).roleShow,
      },
      {
        name: 'check',
        summary: 'whether a role covers what task definitions refer to',
        load: async () => (await import('./roles/role-check.ts')).roleCheck,
      },
      {
        name: 'delete',
        summary: 'delete a role that nothing uses',
        load: async () => (await import('./roles/role-delete.ts')).roleDelete,
      },
    ],
  },
  {
    name: 'policy',
    summary: 'policy documents to read, or for other tools to put in place',
    commands: [
      {
        name: 'execution',
        summary: 'what an execution role needs',
        load: async () => (await import('./roles/policy-execution.ts')).policyExecution,
      },
      {
        name: 'caller',
        summary: 'what the caller of this tool needs',
        load: async () => (await import('./roles/policy-caller.ts')).policyCaller,
      },
    ],
  },
  {
    name: 'register',
    summary: 'register a task definition with references to secrets',
    load: async () => (await import('./register/register.ts')).register,
  },
  {
    name: 'migrate',
    summary: 'move plaintext secrets of a task definition into the store',
    load: async () => (await import('./plaintext/migrate.ts')).migrate,
  },
  {
    name: 'rotate',
    summary: 'store a new value and redeploy the services that use it',
    load: async () => (await import('./rollout/rotate.ts')).rotate,
  },
  {
    name: 'redeploy',
    summary: 'redeploy services, so that their tasks read their secrets again',
    load: async () => (await import('./rollout/redeploy.ts')).redeploy,
  },
  {
    name: 'where-used',
    summary: 'services, tasks, rules and schedules that refer to a secret',
    load: async () => (await import('./usage/where-used.ts')).whereUsed,
  },
  {
    name: 'stale',
    summary: 'running tasks that hold an old value',
    load: async () => (await import('./usage/stale.ts')).stale,
  },
  {
    name: 'verify',
    summary: 'what would keep tasks from starting, before they do',
    load: async () => (await import('./starts/verify.ts')).verify,
  },
  {
    name: 'diagnose',
    summary: 'why tasks did not start, and what puts it right',
    load: async () => (await import('./starts/diagnose.ts')).diagnose,
  },
  {
    name: 'audit',
    summary: 'secrets in plain text in task definitions',
    load: async () => (await import('./plaintext/audit.ts')).audit,
  },
  {
    name: 'sandbox',
    summary: 'an AWS on this machine to try things in, or to test against',
    load: async () => (await import('./sandbox/sandbox.ts')).sandbox,
  },
];
