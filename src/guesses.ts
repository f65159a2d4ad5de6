import { valueHint } from './model/secrets/shown-text.ts';

/**
 * The command meant by an unknown word: words of other tools and of the AWS CLI. `group` is the
 * word before it (`role`), or empty for the first word. Undefined for an unrecognized word.
 */
export function meantCommand(group: string, word: string): string | undefined {
  const meanings = commandWords[group] ?? {};
  return Object.keys(meanings).find((command) => meanings[command]?.split(' ').includes(word));
}

/** The hint for a group followed by an unrecognized word, e.g. the name of a role. */
export const groupHints: Readonly<Record<string, string>> = {
  role: 'to see a role: ecs-secrets role show NAME',
  policy: 'to see what a command needs: ecs-secrets policy caller --for COMMAND',
  deploy: 'did you mean register --service, or redeploy?',
};

/**
 * The hint for an option that the command does not have: an option that it has (`has`), or a
 * sentence. `path` is how the command is called. Undefined for an unrecognized option.
 */
export function meantOption(
  path: string,
  option: string,
  has: (option: string) => boolean,
): string | undefined {
  const own = optionWords.find(([words, meant]) => words.includes(option) && has(meant));
  if (own) return `did you mean ${own[1]}?`;
  if (asArgument[path]?.options.includes(option)) {
    return `that is an argument: ecs-secrets ${path} ${asArgument[path].argument}`;
  }
  if (valueOptions.includes(option) && has('--value-file')) return valueHint;
  return sentences[option];
}

/** The hint for a command with too many arguments. */
export function aboutMoreArguments(path: string): string | undefined {
  if (path === 'put') {
    return `${valueHint}; for several secrets, quote the braces: put '/shop/{staging,prod}/db'`;
  }
  if (path === 'rotate') return valueHint;
  return moreArguments[path] ?? (ofOneSecret.includes(path) ? onceForEach : undefined);
}

/** The hint for a missing required option. */
export const neededOptions: Readonly<Record<string, string>> = {
  migrate: 'ecs-secrets migrate FAMILY --prefix PREFIX',
};

// --- internal ---

const commandWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    put: 'set add store save write update edit new put-parameter create-secret put-secret-value',
    'role create, or put for a secret': 'create',
    'role create': 'grant allow create-role put-role-policy',
    'role delete': 'delete-role',
    get: 'show describe info view cat inspect describe-secret describe-parameters',
    'get --reveal':
      'read reveal fetch decrypt print value get-secret-value get-parameter get-parameters',
    list: 'all list-secrets get-parameters-by-path',
    delete: 'remove del destroy unset delete-parameter delete-secret',
    restore: 'undelete recover restore-secret',
    rollback: 'undo revert back',
    history: 'versions log get-parameter-history list-secret-version-ids',
    import: 'load upload sync push bulk',
    export: 'env dump download pull dotenv',
    exec: 'start shell with',
    run: 'run-task task job migration one-off oneoff',
    diff: 'compare cmp',
    check: 'missing required declared complete',
    'policy caller': 'permissions iam can-i policies',
    'role show': 'roles get-role',
    'register --service, or redeploy': 'release rollout update-service',
    register: 'render apply task-definition taskdef register-task-definition',
    revisions: 'revs list-task-definitions list-task-definition-families',
    'revisions --keep':
      'deregister deregister-task-definition delete-task-definitions prune cleanup',
    redeploy: 'restart reload refresh bounce force-new-deployment',
    rotate: 'change renew rotate-secret',
    find: 'search grep locate which',
    tag: 'tags label add-tags-to-resource tag-resource',
    untag: 'remove-tag remove-tags-from-resource untag-resource',
    'where-used': 'usage usages used-by uses consumers references refs who',
    stale: 'outdated status old',
    verify: 'validate lint test preflight doctor',
    diagnose: 'why explain debug logs troubleshoot reason',
    audit: 'scan leaks plaintext detect',
    migrate: 'move convert fix',
    sandbox: 'local mock localstack emulator demo try',
  },
  role: {
    create: 'add set put update ensure grant apply',
    show: 'get describe view cat info',
    check: 'verify validate test diff',
    delete: 'rm remove del destroy',
  },
  policy: {
    execution: 'role create task',
    caller: 'user ci self me needs',
  },
};

/** Options of other tools, and our equivalent option, if the command has it. */
const optionWords: readonly (readonly [readonly string[], string])[] = [
  [
    [
      ...['--show', '--value', '--decrypt', '--with-decryption', '--plain', '--print'],
      ...['--show-value', '--raw-value', '--secret-string'],
    ],
    '--reveal',
  ],
  [['--output', '-o', '--format', '--as-json', '-j'], '--json'],
  [['--key-id', '--kms-key-id', '--kms', '--encryption-key'], '--kms-key'],
  [['--tags', '--label', '-t'], '--tag'],
  [['--force-new-deployment', '--deploy', '--restart'], '--redeploy'],
  [['--plan', '--preview', '--check', '--what-if', '--noop', '-n'], '--dry-run'],
  [['--dir', '--path', '--below', '-P'], '--prefix'],
  [['--file', '--from-file', '--input', '-f', '--stdin'], '--value-file'],
  [['--env', '--env-var'], '--from-env'],
  [['--random', '--auto', '--random-password'], '--generate'],
  [['--role', '--execution-role-arn', '--role-arn', '--execution-role-name'], '--execution-role'],
  [['--version', '--version-id', '--revision', '--target'], '--to'],
  [['--auto-approve', '--assume-yes', '--no-confirm', '--confirm', '--non-interactive'], '--yes'],
  [['--silent', '-q', '--no-progress'], '--quiet'],
  [['--keeps', '--keep-last', '--keep-latest', '--retain'], '--keep'],
  [['-r'], '--region'],
  [['-p'], '--profile'],
];

const valueOptions = [
  ...['--value', '--secret-string', '--secret-value', '--password', '--secret', '--data'],
  ...['--plaintext', '--string', '--new-value', '--to'],
];

/** Options of other tools that are arguments here. */
const asArgument: Readonly<Record<string, { options: readonly string[]; argument: string }>> = {
  ...Object.fromEntries(
    [
      ...['put', 'get', 'history', 'rollback', 'delete', 'restore'],
      ...['rotate', 'redeploy', 'where-used', 'stale'],
    ].map((path) => [
      path,
      {
        options: ['--name', '--ref', '--secret-id', '--parameter', '--secret', '--key', '--id'],
        argument: 'REF',
      },
    ]),
  ),
  list: { options: ['--prefix', '--path', '--name', '--filter'], argument: 'PREFIX' },
  import: { options: ['--file', '--from', '--from-file', '-f', '--env-file'], argument: 'FILE' },
  register: {
    options: ['--file', '-f', '--task-definition', '--cli-input-json', '--from'],
    argument: 'FILE',
  },
  revisions: { options: ['--family', '--family-prefix', '--task-definition'], argument: 'FAMILY' },
  migrate: { options: ['--family', '--task-definition', '--file', '-f'], argument: 'FAMILY' },
  audit: { options: ['--file', '-f', '--task-definition'], argument: 'FILE' },
  verify: {
    options: ['--service', '--task-definition', '--file', '-f'],
    argument: 'CLUSTER/SERVICE (or FILE, or FAMILY)',
  },
  run: { options: ['--family', '--task-definition'], argument: 'FAMILY' },
  diagnose: { options: ['--service', '--task', '--cluster'], argument: 'CLUSTER/SERVICE' },
  ...Object.fromEntries(
    ['role create', 'role show', 'role check', 'role delete'].map((path) => [
      path,
      { options: ['--name', '--role-name', '--role', '--execution-role'], argument: 'NAME' },
    ]),
  ),
};

const sentences: Readonly<Record<string, string>> = {
  '-v': 'did you mean --debug, or ecs-secrets --version?',
  '--verbose': 'did you mean --debug?',
  '--trace': 'did you mean --debug?',
  '--version': 'to print the version: ecs-secrets --version',
  '--licenses': 'to print the licenses: ecs-secrets --licenses',
  '--overwrite': 'put overwrites an existing value; --no-overwrite fails instead',
  '--type': 'put stores every parameter as a SecureString; omit --type',
  '--secure': 'put stores every parameter as a SecureString; omit --secure',
  '--wait': 'rollouts are followed to their end; --no-wait only starts them',
  '--watch': 'rollouts are followed to their end; --no-wait only starts them',
  '--follow': 'rollouts are followed to their end; --no-wait only starts them',
  '--color': 'to force colors, set FORCE_COLOR=1',
  '--recursive': 'every level below PREFIX is read; omit --recursive',
  '-c': 'did you mean --cluster?',
  '-s': 'did you mean --service?',
};

const onceForEach = 'run the command once for each secret';
const ofOneSecret = ['history', 'rollback', 'restore', 'where-used', 'stale'];

const moreArguments: Readonly<Record<string, string>> = {
  list: 'run the command once for each prefix',
  check: 'for a task definition: ecs-secrets verify FILE; an environment: --environment NAME',
  import: 'ecs-secrets import FILE --prefix PREFIX',
  migrate: 'ecs-secrets migrate FAMILY --prefix PREFIX',
  revisions: 'run the command once for each family',
  export: 'to merge prefixes: ecs-secrets export --prefix PREFIX --prefix PREFIX',
  diagnose: 'a service is one argument: ecs-secrets diagnose CLUSTER/SERVICE',
  redeploy:
    'for a service: ecs-secrets redeploy --cluster CLUSTER --service SERVICE; for several secrets, run the command once for each',
  run: "the command of the task is an option: ecs-secrets run FAMILY --command 'COMMAND'",
  register: 'to set a variable: ecs-secrets register FILE --secret ENV=REF',
  'role create': 'ecs-secrets role create NAME --task-definition FILE --secret REF',
  'role check': 'ecs-secrets role check NAME --task-definition FILE',
  'policy caller': 'ecs-secrets policy caller --for COMMAND,COMMAND',
};
