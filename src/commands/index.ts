import type { CommandDefinition } from '../cli.ts';

/** The subject of a command, in the order of help. */
export type HelpGroup =
  'Secrets' | 'Roles' | 'Task definitions' | 'Rollout' | 'Diagnosis' | 'Tools';

/** A subcommand as listed; its arguments and body are loaded when it runs. */
export interface CommandEntry {
  name: string;
  /** Alternative names. */
  aliases?: readonly string[];
  summary: string;
  load: () => Promise<CommandDefinition>;
}

/** A command of the program, shown in a group of its help. */
export interface ProgramCommand extends CommandEntry {
  group: HelpGroup;
}

/** A word that has its own subcommands. */
export interface CommandGroup {
  name: string;
  group: HelpGroup;
  summary: string;
  commands: readonly CommandEntry[];
}

/** Every subcommand, in the order of help. Everything else derives from this single list. */
export const commands: readonly (ProgramCommand | CommandGroup)[] = [
  {
    name: 'put',
    group: 'Secrets',
    summary: 'create or update one secret',
    load: async () => (await import('./secrets/put.ts')).put,
  },
  {
    name: 'import',
    group: 'Secrets',
    summary: 'store many secrets from a dotenv, JSON or YAML file',
    load: async () => (await import('./import/import.ts')).importCommand,
  },
  {
    name: 'list',
    aliases: ['ls'],
    group: 'Secrets',
    summary: 'list secrets, without their values',
    load: async () => (await import('./usage/list.ts')).list,
  },
  {
    name: 'find',
    group: 'Secrets',
    summary: 'find secrets by name, or by value without showing it',
    load: async () => (await import('./secrets/find.ts')).find,
  },
  {
    name: 'get',
    group: 'Secrets',
    summary: 'print the metadata of secrets; with --reveal the value',
    load: async () => (await import('./secrets/get.ts')).get,
  },
  {
    name: 'history',
    group: 'Secrets',
    summary: 'list the versions of a secret',
    load: async () => (await import('./secrets/history.ts')).history,
  },
  {
    name: 'tag',
    group: 'Secrets',
    summary: 'add or change tags of a secret',
    load: async () => (await import('./secrets/tag.ts')).tag,
  },
  {
    name: 'untag',
    group: 'Secrets',
    summary: 'remove tags of a secret',
    load: async () => (await import('./secrets/tag.ts')).untag,
  },
  {
    name: 'rollback',
    group: 'Secrets',
    summary: 'make an earlier version of a secret current again',
    load: async () => (await import('./rollout/rollback.ts')).rollback,
  },
  {
    name: 'delete',
    aliases: ['rm'],
    group: 'Secrets',
    summary: 'delete secrets that nothing uses',
    load: async () => (await import('./usage/delete.ts')).deleteCommand,
  },
  {
    name: 'restore',
    group: 'Secrets',
    summary: 'cancel the scheduled deletion of a secret',
    load: async () => (await import('./secrets/restore.ts')).restore,
  },
  {
    name: 'export',
    group: 'Secrets',
    summary: 'print values as dotenv, JSON, YAML or shell lines',
    load: async () => (await import('./environment/export.ts')).exportCommand,
  },
  {
    name: 'exec',
    group: 'Secrets',
    summary: 'run a program with the secrets that a container would get',
    load: async () => (await import('./environment/exec.ts')).exec,
  },
  {
    name: 'diff',
    group: 'Secrets',
    summary: 'compare the values of two places, without showing them',
    load: async () => (await import('./environment/diff.ts')).diff,
  },
  {
    name: 'check',
    group: 'Secrets',
    summary: 'check that the declared secrets exist in each environment',
    load: async () => (await import('./environment/check.ts')).check,
  },
  {
    name: 'role',
    group: 'Roles',
    summary: 'create, show, check or delete an execution role',
    commands: [
      {
        name: 'create',
        summary: 'create a role, or grant it what its references need',
        load: async () => (await import('./roles/role-create.ts')).roleCreate,
      },
      {
        name: 'show',
        summary: 'print what a role grants, statement by statement',
        load: async () => (await import('./roles/role-show.ts')).roleShow,
      },
      {
        name: 'check',
        summary: 'check whether a role covers what task definitions refer to',
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
    group: 'Roles',
    summary: 'print the IAM policy for a role or for a caller',
    commands: [
      {
        name: 'execution',
        summary: 'print the policy that an execution role needs',
        load: async () => (await import('./roles/policy-execution.ts')).policyExecution,
      },
      {
        name: 'caller',
        summary: 'print the policy that the caller of this tool needs',
        load: async () => (await import('./roles/policy-caller.ts')).policyCaller,
      },
    ],
  },
  {
    name: 'register',
    group: 'Task definitions',
    summary: 'register a task definition that refers to secrets',
    load: async () => (await import('./register/register.ts')).register,
  },
  {
    name: 'migrate',
    group: 'Task definitions',
    summary: 'move plaintext secrets of a task definition into a store',
    load: async () => (await import('./plaintext/migrate.ts')).migrate,
  },
  {
    name: 'audit',
    group: 'Task definitions',
    summary: 'find plaintext secrets in task definitions',
    load: async () => (await import('./plaintext/audit.ts')).audit,
  },
  {
    name: 'revisions',
    group: 'Task definitions',
    summary:
      'list the revisions of a task definition and what uses them; --keep deregisters old ones',
    load: async () => (await import('./usage/revisions.ts')).revisions,
  },
  {
    name: 'rotate',
    group: 'Rollout',
    summary: 'store a new value and redeploy the services that use it',
    load: async () => (await import('./rollout/rotate.ts')).rotate,
  },
  {
    name: 'redeploy',
    group: 'Rollout',
    summary: 'redeploy services, so that their tasks read their secrets again',
    load: async () => (await import('./rollout/redeploy.ts')).redeploy,
  },
  {
    name: 'deploy',
    group: 'Rollout',
    summary: 'have a service run an earlier revision',
    commands: [
      {
        name: 'rollback',
        summary: 'have a service run an earlier revision of its task definition',
        load: async () => (await import('./register/deploy-rollback.ts')).deployRollback,
      },
    ],
  },
  {
    name: 'wait',
    group: 'Rollout',
    summary: 'follow the deployments of services to their end',
    load: async () => (await import('./rollout/wait.ts')).wait,
  },
  {
    name: 'run',
    group: 'Rollout',
    summary: 'run a one-off task, such as a migration, and exit with its code',
    load: async () => (await import('./run/run.ts')).run,
  },
  {
    name: 'where-used',
    group: 'Rollout',
    summary: 'list what refers to a secret: services, daemons, tasks, rules, schedules',
    load: async () => (await import('./usage/where-used.ts')).whereUsed,
  },
  {
    name: 'stale',
    group: 'Rollout',
    summary: 'list running tasks that hold an old value',
    load: async () => (await import('./usage/stale.ts')).stale,
  },
  {
    name: 'auto-redeploy',
    group: 'Rollout',
    summary: 'redeploy services by themselves when a secret changes',
    commands: [
      {
        name: 'print',
        summary: 'print the stack of EventBridge rules and a state machine',
        load: async () => (await import('./auto-redeploy/print.ts')).autoRedeployPrint,
      },
      {
        name: 'deploy',
        summary: 'create or update the stack with CloudFormation',
        load: async () => (await import('./auto-redeploy/deploy.ts')).autoRedeployDeploy,
      },
      {
        name: 'status',
        summary: 'print what the stack did last, and whether it is up to date',
        load: async () => (await import('./auto-redeploy/status.ts')).autoRedeployStatus,
      },
      {
        name: 'test',
        summary: 'print which services a change of a secret would redeploy',
        load: async () => (await import('./auto-redeploy/test.ts')).autoRedeployTest,
      },
      {
        name: 'remove',
        summary: 'delete the stack',
        load: async () => (await import('./auto-redeploy/remove.ts')).autoRedeployRemove,
      },
    ],
  },
  {
    name: 'verify',
    group: 'Diagnosis',
    summary: 'check what would stop tasks from starting',
    load: async () => (await import('./starts/verify.ts')).verify,
  },
  {
    name: 'diagnose',
    group: 'Diagnosis',
    summary: 'explain why tasks did not start, and how to fix it',
    load: async () => (await import('./starts/diagnose.ts')).diagnose,
  },
  {
    name: 'whoami',
    group: 'Tools',
    summary: 'print account, identity, region and endpoint, and what sets them',
    load: async () => (await import('./access/whoami.ts')).whoami,
  },
  {
    name: 'init',
    group: 'Tools',
    summary: 'write a file with the options of a repository',
    load: async () => (await import('./project/init.ts')).init,
  },
  {
    name: 'completion',
    group: 'Tools',
    summary: 'print a script that completes command lines in a shell',
    load: async () => (await import('./project/completion.ts')).completion,
  },
  {
    name: 'sandbox',
    group: 'Tools',
    summary: 'run an embedded AWS on this machine, for trials and tests',
    load: async () => (await import('./sandbox/sandbox.ts')).sandbox,
  },
];
