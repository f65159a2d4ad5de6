import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateDaemonCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  RegisterContainerInstanceCommand,
  RegisterDaemonTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateAliasCommand, CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreatePolicyCommand, CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  callerNeeds,
  isCallerCommand,
  type CallerCommand,
} from '../../../src/model/roles/caller-policy.ts';
import type { PolicyDocument } from '../../../src/model/roles/policy.ts';
import type { Seen, Setting } from '../../helpers/run.ts';
import { imagesOf } from '../../helpers/images.ts';
import { makeNetwork } from '../../helpers/network-scene.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { isWhole } from '../../helpers/whole.ts';
import { createDeployer } from '../../sandbox/clients.ts';

// Every command, called by a role with exactly the policy that `policy caller` prints for it: what it asks
// for is what the policy allows. And then with less than that.
let shop: Shop;
let key: string;
/** What the caller asked for and was allowed. */
let asked: Set<string>;
beforeEach(open);
afterEach(() => shop.sandbox.close());

async function open(): Promise<void> {
  asked = new Set();
  shop = await openShop({
    onAllowed: ({ roleArn, action }) => {
      if (roleArn.endsWith(':role/deployer')) asked.add(action);
    },
  });
  const { KeyMetadata } = await shop.kms.send(new CreateKeyCommand({}));
  key = KeyMetadata?.Arn ?? '';
  const AliasName = 'alias/shop';
  await shop.kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: key }));
  await createDeployer(shop);
}

interface Step extends Setting {
  argv: string[];
  /** Expected exit code; 0 when left out. */
  code?: number;
}

interface Scenario {
  /** What the owner has to make first. */
  before?: Step[];
  steps: Step[];
  /** Set when there are more parameters than an inline policy takes. */
  many?: boolean;
  /** Set when the owner starts a service of the task definition `web`. */
  service?: boolean;
  /** What else the owner makes. */
  world?: () => Promise<void>;
  /** Set when a managed daemon and an Express service run too. */
  elsewhere?: true;
  /** Set when the steps change nothing: one scene does for all that is taken out. */
  looksOnly?: true;
  /** Only these are taken out; the others are taken out of another command that has all but them. */
  only?: string[];
  /** Actions of the policy that the steps do not come to. */
  unasked?: string[];
  /** Actions without which the command goes on, and what it says then. */
  degrades?: Record<string, RegExp>;
  /** Actions without which it goes on in another way. */
  otherwise?: string[];
}

const put = (ref: string, stdin: string, ...more: string[]): Step => ({
  argv: ['put', ref, ...more],
  stdin,
});
const file = (secrets: Record<string, string>): Setting => ({
  files: {
    'def.json': JSON.stringify({
      family: 'def',
      executionRoleArn: 'r',
      containerDefinitions: [
        {
          name: 'app',
          image: 'x',
          memory: 64,
          secrets: Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
        },
      ],
    }),
  },
});
const secretsOfAll = [
  put('/p/a', 'one', '--kms-key', 'alias/shop'),
  put('sm:s', 'one', '--kms-key', 'alias/shop'),
];
const web: Step[] = [
  ...secretsOfAll,
  { argv: ['role', 'create', 'r', '--secret', '/p/a', '--secret', 'sm:s'] },
  {
    argv: [
      ...['register', 'web.json', '--secret', 'A=/p/a', '--secret', 'S=sm:s'],
      ...['--execution-role', 'r'],
    ],
  },
];
const manySecrets = Array.from({ length: 110 }, (_, index) => `/many/${'x'.repeat(60)}-${index}`);
const many = manySecrets.flatMap((name) => ['--secret', name]);
/** A project that declares secrets of both stores. */
const declaredOf = (from: string, required: boolean): Setting => ({
  files: {
    '.ecs-secrets.json': JSON.stringify({
      environments: ['p'],
      secrets: { A: '/{env}/a', S: 'sm:s', J: { from, required } },
    }),
  },
});
const readValuesNote = /without comparison/;

/** What is looked at beside services and tasks; where it may not be, that is said. */
const scheduledOnly = {
  'events:ListRuleNamesByTarget': /events:ListRuleNamesByTarget/,
  'events:ListTargetsByRule': /ListTargetsByRule/,
  'scheduler:ListSchedules': /scheduler:ListSchedules/,
  'scheduler:GetSchedule': /GetSchedule/,
};
/** What is looked at for users of revisions and the secrets that they refer to. */
const usersOnly = {
  ...scheduledOnly,
  ...Object.fromEntries(
    [
      ...['ecs:ListClusters', 'ecs:ListServices', 'ecs:ListTasks', 'ecs:DescribeServices'],
      ...['ecs:DescribeTasks', 'ssm:DescribeParameters', 'secretsmanager:DescribeSecret'],
    ].map((action) => [action, new RegExp(`not checked: .*${action}`)]),
  ),
  ...Object.fromEntries(
    ['ListApplications', 'ListDeploymentGroups', 'BatchGetDeploymentGroups'].map((action) => [
      `codedeploy:${action}`,
      /not checked: CodeDeploy groups .*codedeploy:ListApplications/,
    ]),
  ),
};
/** Asked for where a service has a native strategy, which this scene has not. */
const onlyNative = ['ecs:DescribeServiceDeployments'];
/** Asked for where a service has the CODE_DEPLOY controller. */
const onlyCodeDeploy = [
  ...['codedeploy:ListApplications', 'codedeploy:ListDeploymentGroups'],
  'codedeploy:BatchGetDeploymentGroups',
];
const onlyElsewhere = [
  ...['ecs:DescribeDaemon', 'ecs:DescribeDaemonDeployments', 'ecs:DescribeDaemonRevisions'],
  ...['ecs:DescribeDaemonTaskDefinition', 'ecs:DescribeServiceRevisions'],
];
/** Without it, what managed daemons use is unknown. */
const listDaemons = { 'ecs:ListDaemons': /not checked: managed daemons .*ecs:ListDaemons/ };
/** Asked for where a service runs on instances. */
const onlyOnInstances = [
  ...['ec2:DescribeInstances', 'ecs:DescribeContainerInstances', 'ecs:ListContainerInstances'],
];

/** Asked for by the service whose image comes through a cache, and whose tasks are behind a load balancer. */
const onlyOfFargate = [
  ...['ecr:DescribePullThroughCacheRules', 'elasticloadbalancing:DescribeTargetGroups'],
];

/** What goes on without an action, and says which one it is that was missing. */
const orNotChecked = (...actions: string[]): Record<string, RegExp> =>
  Object.fromEntries(
    actions.map((action) => [action, new RegExp(`not (checked|looked at:) .*${action}\\b`)]),
  );

const toStart: Scenario = {
  before: [
    put('/p/a', 'one', '--kms-key', 'alias/shop'),
    put('sm:s:a', 'one', '--kms-key', 'alias/shop'),
  ],
  world: makeStartable,
  looksOnly: true,
  steps: [{ argv: ['verify', 'shop/fargate', 'shop/host', '--all'] }],
  degrades: orNotChecked(
    ...['ssm:DescribeParameters', 'secretsmanager:DescribeSecret'],
    ...['secretsmanager:ListSecretVersionIds', 'secretsmanager:GetResourcePolicy'],
    ...['kms:DescribeKey', 'kms:GetKeyPolicy', 'logs:DescribeLogGroups'],
    ...['iam:GetRole', 'iam:ListRolePolicies', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies'],
    ...['iam:GetPolicy', 'iam:GetPolicyVersion', 'iam:SimulatePrincipalPolicy'],
    ...['ecs:ListContainerInstances', 'ecs:DescribeContainerInstances'],
    ...['ec2:DescribeSubnets', 'ec2:DescribeRouteTables', 'ec2:DescribeVpcEndpoints'],
    ...['ec2:DescribeSecurityGroups', 'ec2:DescribeNatGateways', 'ec2:DescribeInstances'],
    'ec2:DescribeVpcAttribute',
    ...['ecr:DescribeImages', 'ecr:DescribePullThroughCacheRules'],
    'elasticloadbalancing:DescribeTargetGroups',
  ),
  // The role may read its secrets by their ARNs too.
  otherwise: ['ssm:ListTagsForResource'],
};

const toRegister: Scenario = {
  before: [
    ...web,
    put('sm:j:a', 'x', '--kms-key', 'alias/shop'),
    { argv: ['role', 'create', 'r', ...rolesOf(), '--managed-policy', 'always'] },
  ],
  service: true,
  world: grantByTag,
  otherwise: ['ssm:ListTagsForResource'],
  steps: [
    {
      argv: [
        ...['register', 'web.json', '--secret', 'B=/p/a', '--secret', 'C=sm:s'],
        ...['--execution-role', 'r', '--strict'],
      ],
    },
    { argv: ['register', 'tagged.json'], files: tagged() },
    {
      argv: ['register', 'web.json', '--secrets-from-declared', '--execution-role', 'r'],
      ...declaredOf('sm:j:a', false),
    },
    {
      argv: [
        ...['register', 'web.json', '--secrets-from', 'sm:', '--read-values', '--strict'],
        ...['--all-keys', 'sm:j', '--execution-role', 'r', '--service', 'shop/web'],
      ],
    },
  ],
  // Asked for when a task stops, which none does here, and of a service with a load balancer.
  unasked: [
    ...[...onlyNative, 'ecs:ListTasks', 'ecs:DescribeTasks'],
    'elasticloadbalancing:DescribeTargetGroups',
  ],
  degrades: { 'kms:GetKeyPolicy': /kms:GetKeyPolicy/ },
};

const stopping = [
  ...['--container', 'app', '--tag', 'a=1', '--timeout', '10ms', '--stop-on-timeout'],
];

/** Those whose calls the sandbox has not; test/commands/auto-redeploy holds them. */
type Elsewhere = Exclude<Extract<CallerCommand, `auto-redeploy ${string}`>, 'auto-redeploy print'>;

const scenarios: Record<Exclude<CallerCommand, Elsewhere>, Scenario> = {
  put: {
    before: [put('sm:gone', 'x'), { argv: ['delete', 'sm:gone', '--yes', '--force'] }],
    steps: [
      put('/p/a', 'one', '--kms-key', 'alias/shop', '--tag', 'a=1'),
      put('/p/a', 'two', '--tag', 'a=2'),
      put('/p/big', 'one', '--kms-key', 'alias/shop', '--tier', 'advanced'),
      put('sm:s', 'one', '--kms-key', 'alias/shop', '--tag', 'a=1'),
      put('sm:s', 'two', '--tag', 'a=2', '--description', 'x'),
      put('sm:j:a', 'one'),
      put('sm:j:b', 'two'),
      put('sm:gone', 'new', '--restore'),
    ],
    degrades: { 'ssm:GetParameter': readValuesNote },
  },
  import: {
    before: [put('sm:gone/a', 'x')],
    steps: [
      {
        argv: ['import', '-', '--prefix', '/p', '--kms-key', 'alias/shop', '--tag', 'a=1'],
        stdin: 'A=first\nB=second',
      },
      { argv: ['import', '-', '--prefix', '/p', '--tag', 'a=2'], stdin: 'A=other\nB=third' },
      {
        argv: ['import', '-', '--prefix', 'sm:p', '--kms-key', 'alias/shop', '--tag', 'a=1'],
        stdin: 'A=first\nB=second',
      },
      { argv: ['import', '-', '--prefix', 'sm:p', '--tag', 'a=2'], stdin: 'A=other\nB=third' },
      { argv: ['import', '-', '--as-json', 'j'], stdin: 'A=first' },
      { argv: ['import', '-', '--as-json', 'j'], stdin: 'A=other' },
      { argv: ['import', '-', '--prefix', 'sm:q'], stdin: 'A=first' },
      {
        argv: ['import', '-', '--prefix', 'sm:q', '--kms-key', 'alias/shop'],
        stdin: 'A=first',
      },
      {
        argv: ['import', '-', '--prefix', '/p', '--prune', '--prune-in-use', '--yes'],
        stdin: 'A=other\nB=third',
      },
      {
        argv: ['import', '-', '--prefix', 'sm:p', '--prune', '--prune-in-use', '--yes'],
        stdin: 'A=other\nB=third',
      },
      put('/p/A', 'replaced'),
    ],
    degrades: { 'ssm:GetParameter': readValuesNote, 'ssm:GetParameters': readValuesNote },
  },
  list: {
    looksOnly: true,
    before: secretsOfAll,
    steps: [{ argv: ['list', '/p'] }, { argv: ['list', 'sm:'] }],
  },
  'list --tags': {
    looksOnly: true,
    before: secretsOfAll,
    steps: [{ argv: ['list', '/p', '--tags'] }, { argv: ['list', 'sm:', '--tags'] }],
    degrades: { 'ssm:ListTagsForResource': /cannot be read \(ssm:ListTagsForResource\)/ },
  },
  'list --unused': {
    looksOnly: true,
    before: web,
    service: true,
    steps: [{ argv: ['list', '/p', '--unused'] }, { argv: ['list', 'sm:', '--unused'] }],
    degrades: { ...scheduledOnly, 'ecs:ListDaemons': /not checked: .*ecs:ListDaemons/ },
  },
  find: {
    looksOnly: true,
    before: secretsOfAll,
    steps: [{ argv: ['find', 's'] }],
    degrades: {
      'ssm:DescribeParameters': /not searched: .*ssm:DescribeParameters/,
      'secretsmanager:ListSecrets': /not searched: .*secretsmanager:ListSecrets/,
    },
  },
  'find --value': {
    looksOnly: true,
    before: secretsOfAll,
    steps: [{ argv: ['find', '--value'], stdin: 'one' }],
    degrades: {
      'ssm:DescribeParameters': /not searched: .*ssm:DescribeParameters/,
      'secretsmanager:ListSecrets': /not searched: .*secretsmanager:ListSecrets/,
      'ssm:GetParameters': /not searched: .*ssm:GetParameters/,
      'secretsmanager:GetSecretValue': /not searched: .*secretsmanager:GetSecretValue/,
      'kms:Decrypt': /not searched: .*kms:Decrypt/,
    },
    otherwise: ['secretsmanager:BatchGetSecretValue'],
  },
  tag: {
    before: secretsOfAll,
    steps: [{ argv: ['tag', '/p/a', 'a=1'] }, { argv: ['tag', 'sm:s', 'a=1'] }],
  },
  untag: {
    before: [...secretsOfAll, { argv: ['tag', '/p/a', 'a=1'] }, { argv: ['tag', 'sm:s', 'a=1'] }],
    steps: [{ argv: ['untag', '/p/a', 'a'] }, { argv: ['untag', 'sm:s', 'a'] }],
  },
  get: {
    looksOnly: true,
    before: secretsOfAll,
    steps: [
      { argv: ['get', '/p/a'] },
      { argv: ['get', '/p/a', '--reveal'] },
      { argv: ['get', '/p/a:1', 'sm:s', '--reveal', '--json'] },
      { argv: ['get', 'sm:s'] },
      { argv: ['get', 'sm:s', '--reveal'] },
    ],
    degrades: { 'ssm:ListTagsForResource': /cannot be read \(ssm:ListTagsForResource\)/ },
  },
  history: {
    looksOnly: true,
    before: secretsOfAll,
    steps: [{ argv: ['history', '/p/a'] }, { argv: ['history', 'sm:s'] }],
  },
  rollback: {
    before: [
      ...secretsOfAll,
      put('/p/a', 'two'),
      put('sm:s', 'two'),
      put('/p/big', 'one', '--kms-key', 'alias/shop', '--tier', 'advanced'),
      put('/p/big', 'two'),
    ],
    steps: [
      { argv: ['rollback', '/p/a'] },
      { argv: ['rollback', '/p/big'] },
      { argv: ['rollback', 'sm:s'] },
      // The version before is the newer one now.
      { argv: ['rollback', 'sm:s'] },
    ],
    degrades: { 'secretsmanager:GetSecretValue': /its value cannot be read/ },
  },
  delete: {
    before: [...web, put('/p/b', 'x'), put('sm:t', 'x')],
    service: true,
    steps: [{ argv: ['delete', '/p/b', '--yes'] }, { argv: ['delete', 'sm:t', '--yes'] }],
    degrades: scheduledOnly,
  },
  restore: {
    before: [put('sm:s', 'x'), { argv: ['delete', 'sm:s', '--yes', '--force'] }],
    steps: [{ argv: ['restore', 'sm:s'] }],
  },
  export: environmentScenario('export', [], 0),
  'export --at': earlierScenario('export', [], 0),
  // No program is run in this process.
  exec: environmentScenario('exec', ['--', 'true'], 126),
  'exec --at': earlierScenario('exec', ['--', 'true'], 126),
  'diff --at': {
    ...earlierScenario('diff', [], 0),
    steps: [
      { argv: ['diff', '/p/a', '--at', '1'], code: 3 },
      { argv: ['diff', '/p', '--at', '1m'], now: later },
      { argv: ['diff', 'sm:s', '--at', '1m'], now: later },
      { argv: ['diff', 'web', '--at', '1m'], now: later },
      { argv: ['diff', '/p', '--at', '1h', '--allow-empty'], code: 3 },
      beforeChange('diff', [], 3),
    ],
  },
  diff: {
    looksOnly: true,
    before: [...web, put('sm:s/a', 'x', '--kms-key', 'alias/shop')],
    steps: [
      { argv: ['diff', '/p', 'sm:s'], code: 3 },
      { argv: ['diff', 'web', 'web:1'] },
      { argv: ['diff', '/p/a:1', '/p/a'] },
    ],
    otherwise: ['secretsmanager:BatchGetSecretValue'],
  },
  check: {
    looksOnly: true,
    before: [...secretsOfAll, put('sm:p/j:a', 'x', '--kms-key', 'alias/shop')],
    steps: [{ argv: ['check'], ...declaredOf('sm:{env}/j:a', true) }],
    degrades: { 'secretsmanager:ListSecrets': /sm:p is not listed: .*secretsmanager:ListSecrets/ },
    otherwise: ['secretsmanager:BatchGetSecretValue'],
  },
  'role create': {
    many: true,
    before: web,
    service: true,
    steps: [
      {
        argv: [
          ...['role', 'create', 'n', '--secret', '/p/a', '--task-definition', 'web'],
          ...['--service', 'shop/web', '--managed-policy', 'always', '--tag', 'a=1'],
        ],
      },
      {
        argv: [
          ...['role', 'create', 'n', '--secret', 'sm:s', '--tag', 'a=2', '--description', 'x'],
          '--no-source-condition',
        ],
      },
      { argv: ['role', 'create', 'n', ...many, '--split'] },
      { argv: ['role', 'create', 'n', '--secret', '/not/there', '--allow-missing'] },
      {
        argv: ['role', 'create', 'n', ...many, '--secret', '/p/b', '--allow-missing', '--compact'],
      },
    ],
  },
  'role create --exact': {
    before: [
      ...web,
      {
        argv: [
          ...['role', 'create', 'n', '--secret', '/p/a', '--secret', 'sm:s'],
          ...['--managed-policy', 'always', '--no-source-condition'],
        ],
      },
    ],
    service: true,
    steps: [
      {
        argv: [
          ...['role', 'create', 'n', '--secret', 'sm:s', '--managed-policy', 'never', '--exact'],
          ...['--yes', '--permissions-boundary'],
          'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy',
        ],
      },
    ],
    only: [
      ...['ecs:ListClusters', 'ecs:ListServices', 'ecs:ListTasks', 'ecs:DescribeTaskDefinition'],
      ...['ecs:DescribeServices', 'ecs:DescribeTasks', 'iam:PutRolePermissionsBoundary'],
      ...Object.keys(scheduledOnly),
    ],
    degrades: scheduledOnly,
    // Shown to be needed by the scenario of `role create`, which is what this is besides.
    unasked: [
      ...['iam:AttachRolePolicy', 'iam:CreatePolicy', 'iam:CreatePolicyVersion', 'iam:CreateRole'],
      ...['iam:DeletePolicy', 'iam:DeletePolicyVersion', 'iam:DeleteRolePolicy'],
      ...['iam:ListPolicyVersions', 'iam:TagRole', 'iam:UpdateRole', 'ssm:DescribeParameters'],
    ],
  },
  'role show': {
    looksOnly: true,
    before: [
      ...web,
      { argv: ['role', 'create', 'r', '--secret', '/p/a', '--managed-policy', 'always'] },
    ],
    steps: [{ argv: ['role', 'show', 'r'] }],
  },
  'role check': {
    looksOnly: true,
    before: [
      ...web,
      {
        argv: [
          'role',
          'create',
          'r',
          '--secret',
          '/p/a',
          '--secret',
          'sm:s',
          '--managed-policy',
          'always',
        ],
      },
    ],
    service: true,
    world: grantByTag,
    otherwise: ['ssm:ListTagsForResource'],
    steps: [{ argv: ['role', 'check', 'r', '--service', 'shop/web', '--task-definition', 'web'] }],
    degrades: {
      'iam:SimulatePrincipalPolicy': /not confirmed by IAM/,
      'kms:GetKeyPolicy': /unknown.*kms:GetKeyPolicy/,
      'secretsmanager:GetResourcePolicy': /cannot be read \(secretsmanager:GetResourcePolicy/,
    },
  },
  'role delete': {
    many: true,
    before: [
      ...web,
      { argv: ['role', 'create', 'n', ...many, '--split'] },
      { argv: ['role', 'create', 'n', '--secret', '/not/there', '--allow-missing'] },
      { argv: ['role', 'create', 'm', '--secret', '/p/a'] },
    ],
    service: true,
    steps: [{ argv: ['role', 'delete', 'n', '--yes'] }, { argv: ['role', 'delete', 'm', '--yes'] }],
    degrades: scheduledOnly,
  },
  register: toRegister,
  'register --schedules': {
    ...toRegister,
    world: async () => {
      await grantByTag();
      await makeEventsRole();
      await schedule({ rule: 'pinned', name: 'pinned', revision: 'web:1' });
    },
    steps: toRegister.steps.map(({ argv, ...step }) => ({
      ...step,
      argv: argv.includes('--service') ? [...argv, '--schedules', '--yes'] : argv,
    })),
    degrades: {
      ...toRegister.degrades,
      'events:PutTargets': /rule pinned, target 1: not moved: .*events:PutTargets/,
      'scheduler:UpdateSchedule': /default\/pinned: not moved: .*scheduler:UpdateSchedule/,
    },
  },
  'deploy rollback': {
    before: [...web, { argv: ['register', 'web.json', '--env', 'B=1'] }],
    service: true,
    steps: [{ argv: ['deploy', 'rollback', 'shop/web'] }],
    // Asked for when a task stops, which none does here.
    unasked: [...onlyNative, 'ecs:ListTasks', 'ecs:DescribeTasks'],
  },
  wait: {
    before: web,
    service: true,
    steps: [{ argv: ['wait', 'shop/web'] }],
    looksOnly: true,
    unasked: [...onlyNative, 'ecs:ListTasks', 'ecs:DescribeTasks'],
  },
  migrate: {
    many: true,
    before: [
      ...web,
      { argv: ['role', 'create', 'n', '--secret', '/p/a', '--managed-policy', 'always'] },
      { argv: ['role', 'create', 'large', ...many, '--split'] },
      { argv: ['register', 'plain.json'], ...plain('app') },
      { argv: ['register', 'plain.json', '--force'], ...plain('app') },
    ],
    service: true,
    steps: [
      {
        argv: [
          ...['migrate', 'app', '--prefix', '/m', '--kms-key', 'alias/shop', '--tag', 'a=1'],
          ...['--execution-role', 'n', '--delete-old', '--yes'],
        ],
      },
      {
        argv: [
          ...['migrate', 'plain.json', '--prefix', 'sm:m', '--kms-key', 'alias/shop', '--yes'],
          ...['--tag', 'a=1', '--execution-role', 'new', '--service', 'shop/web'],
        ],
        ...plain('other'),
      },
      // Stored already: its value is read again.
      {
        argv: ['migrate', 'plain.json', '--prefix', 'sm:m', '--yes', '--execution-role', 'new'],
        ...plain('other'),
      },
      {
        argv: ['migrate', 'plain.json', '--prefix', '/m', '--yes', '--execution-role', 'n'],
        ...plain('third'),
      },
      {
        argv: ['migrate', 'plain.json', '--prefix', '/l', '--yes', '--execution-role', 'large'],
        ...plain('fourth'),
      },
    ],
    degrades: {
      'kms:GetKeyPolicy': /kms:GetKeyPolicy/,
      'iam:GetPolicy': /iam:GetPolicy/,
      'iam:GetPolicyVersion': /iam:GetPolicyVersion/,
    },
    unasked: [
      ...onlyNative,
      ...onlyCodeDeploy,
      // For a role that ECS may not assume, and one whose managed policies are full or have five versions.
      ...['iam:UpdateAssumeRolePolicy', 'iam:CreatePolicy', 'iam:AttachRolePolicy'],
      'iam:DeletePolicyVersion',
    ],
  },
  revisions: {
    looksOnly: true,
    before: web,
    service: true,
    world: runWithCodeDeploy,
    steps: [{ argv: ['revisions', 'web'] }],
    degrades: usersOnly,
  },
  'revisions --keep': {
    before: [
      ...web,
      { argv: ['register', 'plain.json'], ...plain('app') },
      { argv: ['register', 'plain.json', '--force'], ...plain('app') },
    ],
    service: true,
    world: runWithCodeDeploy,
    steps: [{ argv: ['revisions', 'app', '--keep', '1', '--delete', '--yes'] }],
  },
  rotate: {
    before: [
      ...web,
      put('sm:j:a', 'x'),
      put('/p/big', 'x', '--kms-key', 'alias/shop', '--tier', 'advanced'),
    ],
    service: true,
    steps: [
      { argv: ['rotate', '/p/a', '--redeploy'], stdin: 'new' },
      { argv: ['rotate', 'sm:s', '--redeploy'], stdin: 'new' },
      { argv: ['rotate', 'sm:j:a'], stdin: 'new' },
      { argv: ['rotate', '/p/big'], stdin: 'new' },
    ],
    degrades: { 'ssm:GetParameter': /not be read/ },
    unasked: onlyNative,
  },
  redeploy: {
    before: web,
    service: true,
    steps: [
      { argv: ['redeploy', '/p/a'] },
      { argv: ['redeploy', 'sm:s'] },
      { argv: ['redeploy', 'sm:s', '--stale'] },
    ],
    unasked: onlyNative,
  },
  'where-used': {
    looksOnly: true,
    before: web,
    service: true,
    elsewhere: true,
    steps: [{ argv: ['where-used', '/p/a'] }, { argv: ['where-used', 'sm:s'] }],
    degrades: {
      ...scheduledOnly,
      ...listDaemons,
      'ecs:DescribeDaemon': /not checked: daemon .*DescribeDaemon\b/,
      'ecs:DescribeDaemonDeployments': /not checked: daemon .*DescribeDaemonDeployments/,
      'ecs:DescribeDaemonRevisions': /not checked: daemon .*DescribeDaemonRevisions/,
      'ecs:DescribeDaemonTaskDefinition': /not checked: daemon .*DescribeDaemonTaskDefinition/,
      'ecs:DescribeServiceRevisions': /not checked: .*DescribeServiceRevisions/,
    },
  },
  'auto-redeploy print': {
    looksOnly: true,
    before: web,
    service: true,
    steps: [{ argv: ['auto-redeploy', 'print', '--services-from', 'where-used'] }],
  },
  stale: {
    looksOnly: true,
    before: web,
    service: true,
    steps: [{ argv: ['stale'] }],
    degrades: listDaemons,
  },
  audit: {
    looksOnly: true,
    before: web,
    service: true,
    steps: [
      { argv: ['audit'] },
      { argv: ['audit', '--family', 'web', '--all-revisions', '--no-services'] },
      { argv: ['audit', '--cluster', 'shop'] },
    ],
    degrades: {
      ...listDaemons,
      'ecs:ListDaemonTaskDefinitions': /not checked: .*ecs:ListDaemonTaskDefinitions/,
    },
  },
  run: {
    ...{ before: toStart.before ?? [], world: makeStartable },
    steps: [
      { argv: ['run', '--service', 'shop/fargate', ...stopping], code: 5 },
      { argv: ['run', 'host', '--service', 'shop/host', '--container', 'app', '--no-wait'] },
    ],
    // The others are those of verify.
    only: [],
  },
  'run --no-verify': {
    ...{ before: toStart.before ?? [], world: makeStartable },
    steps: [{ argv: ['run', '--service', 'shop/fargate', '--no-verify', ...stopping], code: 5 }],
    degrades: {
      'ecs:StopTask': /could not be stopped \(access denied: .*ecs:StopTask/,
      'logs:GetLogEvents': /the output is not shown: access denied: .*logs:GetLogEvents/,
    },
  },
  verify: toStart,
  'verify --read-values': {
    ...toStart,
    steps: [{ argv: ['verify', 'shop/fargate', '--read-values', '--all'] }],
    unasked: onlyOnInstances,
    only: ['secretsmanager:GetSecretValue', 'kms:Decrypt'],
    degrades: orNotChecked('secretsmanager:GetSecretValue', 'kms:Decrypt'),
  },
  'verify --read-images': {
    ...toStart,
    steps: [{ argv: ['verify', 'shop/fargate', '--read-images', '--all'] }],
    unasked: [...onlyOnInstances, 'ecr:DescribeImages'],
    only: ['ecr:BatchGetImage'],
    degrades: orNotChecked('ecr:BatchGetImage'),
  },
  diagnose: {
    ...toStart,
    steps: [{ argv: ['diagnose', 'shop/denied'], code: 3 }],
    unasked: [...onlyOnInstances, ...onlyOfFargate],
    degrades: orNotChecked(
      ...['ecs:ListTasks', 'ecs:DescribeTasks', 'ecs:DescribeTaskDefinition'],
      ...['iam:GetRole', 'iam:ListRolePolicies', 'iam:GetRolePolicy', 'iam:GetPolicy'],
      ...['iam:ListAttachedRolePolicies', 'iam:GetPolicyVersion', 'iam:SimulatePrincipalPolicy'],
      ...['secretsmanager:DescribeSecret', 'secretsmanager:GetResourcePolicy'],
    ),
    // What these look at does not bear on a secret that is not granted.
    otherwise: [...Object.keys(toStart.degrades ?? {}), ...(toStart.otherwise ?? [])].filter(
      (action) =>
        /^(kms|logs|ec2|ecr|elasticloadbalancing):|ContainerInstances$|^ssm:|ListSecretVersionIds$/.test(
          action,
        ),
    ),
  },
  'diagnose --read-values': {
    ...toStart,
    steps: [{ argv: ['diagnose', 'shop/keyless', '--read-values'], code: 3 }],
    unasked: [...onlyOnInstances, ...onlyOfFargate],
    only: ['secretsmanager:GetSecretValue', 'kms:Decrypt'],
    degrades: orNotChecked('secretsmanager:GetSecretValue', 'kms:Decrypt'),
  },
};

function environmentScenario(command: string, more: string[], code: number): Scenario {
  return {
    looksOnly: true,
    before: [...web, put('sm:s/a', 'x', '--kms-key', 'alias/shop')],
    steps: [
      { argv: [command, '--prefix', '/p', ...more], code },
      { argv: [command, '--prefix', 'sm:s', ...more], code },
      { argv: [command, '--task-definition', 'web', ...more], code },
      { argv: [command, '/p/a:1', ...more], code },
    ],
    otherwise: ['secretsmanager:BatchGetSecretValue'],
  };
}

/** The same with `--at`: what was not changed since, and what was. */
function earlierScenario(command: string, more: string[], code: number): Scenario {
  const { before = [], steps, ...rest } = environmentScenario(command, more, code);
  return {
    ...rest,
    otherwise: ['secretsmanager:BatchGetSecretValue', 'secretsmanager:DescribeSecret'],
    before: [...before, put('/p/a', 'two')],
    world: changeLater,
    steps: [
      ...steps
        .filter(({ argv }) => !argv.includes('/p/a:1'))
        .map(({ argv: [name = '', ...argv] }) => ({
          argv: [name, '--at', '1m', ...argv],
          code,
          now: later,
        })),
      { argv: [command, '/p/a', '--at', '1', ...more], code },
      { argv: [command, '/p', '--at', '1h', '--allow-empty', ...more], code },
      beforeChange(command, more, code),
    ],
  };
}

/** When `changeLater` changed the secret s/a. */
let changedAt: Date;

async function changeLater(): Promise<void> {
  changedAt = new Date();
  while (Date.now() === changedAt.getTime()) await setImmediate();
  await shop.secrets.send(new PutSecretValueCommand({ SecretId: 's/a', SecretString: 'y' }));
}

/** A step that reads s/a as it was before that. */
function beforeChange(command: string, more: readonly string[], code: number): Step {
  return {
    code,
    get argv() {
      return [command, 'sm:s', '--at', changedAt.toISOString(), ...more];
    },
  };
}

/** The clock of a command that runs in an hour. */
function later(): number {
  return Date.now() + 3_600_000;
}

function plain(family: string): Setting {
  const environment = [{ name: 'DB_PASSWORD', value: 'x7Hq2sW9xLp' }];
  const containerDefinitions = [{ name: 'app', image: 'x', memory: 64, environment }];
  const tags = [{ key: 'a', value: 'b' }];
  return { files: { 'plain.json': JSON.stringify({ family, tags, containerDefinitions }) } };
}

function rolesOf(): string[] {
  return ['/p/a', 'sm:s', 'sm:j'].flatMap((ref) => ['--secret', ref]);
}

function tagged(): Record<string, string> {
  const { files = {} } = file({ A: '/p/a' });
  const definition = JSON.parse(files['def.json'] ?? '') as object;
  return { 'tagged.json': JSON.stringify({ ...definition, tags: [{ key: 'a', value: 'b' }] }) };
}

/**
 * A service on Fargate and one on an instance, whose tasks read secrets of both stores, one in a version
 * without a label, and a service whose tasks do not start.
 */
async function makeStartable(): Promise<void> {
  const { ARN: versioned = '', VersionId } = await shop.secrets.send(
    new CreateSecretCommand({ Name: 'v', SecretString: '1', KmsKeyId: key }),
  );
  for (const SecretString of ['2', '3']) {
    await shop.secrets.send(new PutSecretValueCommand({ SecretId: 'v', SecretString }));
  }
  const { arn: keyed } = await shop.json(['get', 'sm:s']);
  await shop.logs.send(new CreateLogGroupCommand({ logGroupName: '/ecs/web' }));
  const { push, pullThrough, targetGroup } = imagesOf(shop.sandbox);
  await push('app', 'latest');
  await pullThrough('hub');
  const targetGroupArn = await targetGroup('app', { TargetType: 'ip' });
  const cached = '123456789012.dkr.ecr.us-east-1.amazonaws.com/hub/nginx:1';
  const containerDefinitions = [
    {
      name: 'app',
      image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/app',
      memory: 128,
      portMappings: [{ containerPort: 80 }],
      secrets: [
        { name: 'A', valueFrom: '/p/a' },
        { name: 'S', valueFrom: `${keyed as string}:a::` },
        { name: 'V', valueFrom: `${versioned}:::${VersionId ?? ''}` },
      ],
      environmentFiles: [{ type: 's3' as const, value: 'arn:aws:s3:::shop/web.env' }],
      logConfiguration: {
        logDriver: 'awslogs' as const,
        options: {
          'awslogs-group': '/ecs/web',
          'awslogs-region': 'us-east-1',
          'awslogs-stream-prefix': 'x',
        },
      },
    },
  ];
  const role = 'arn:aws:iam::123456789012:role/r';
  const side = { name: 'side', image: cached, memory: 64 };
  const definition = {
    ...{ executionRoleArn: role, taskRoleArn: role },
    containerDefinitions: [...containerDefinitions, side],
  };
  const fargate = {
    ...{ requiresCompatibilities: ['FARGATE' as const], networkMode: 'awsvpc' as const },
    ...{ cpu: '256', memory: '512' },
  };
  for (const one of [
    { family: 'fargate', ...definition, ...fargate },
    { family: 'host', ...definition },
  ]) {
    await shop.ecs.send(new RegisterTaskDefinitionCommand(one));
  }
  const everything = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: everything });
  await shop.iam.send(new CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument }));
  await shop.json([
    ...['role', 'create', 'r', '--task-definition', 'fargate', '--managed-policy', 'always'],
    ...['--permissions-boundary', 'arn:aws:iam::123456789012:policy/boundary'],
  ]);
  await grantByTag();
  // Whoever deploys may pass the role; who only looks need not, and is told so.
  const pass = { Effect: 'Allow', Action: 'iam:PassRole', Resource: role };
  await shop.iam.send(
    new PutRolePolicyCommand({
      RoleName: 'deployer',
      PolicyName: 'pass',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [pass] }),
    }),
  );

  const network = await makeNetwork(
    shop.ec2,
    {
      ...{ routes: ['nat'], publicIp: false, egress: 'all' },
      ...{ endpoint: 'private-dns', ingress: 'vpc', dnsSupport: true, dnsHostnames: true },
    },
    'ssm',
  );
  const networkConfiguration = { awsvpcConfiguration: network };
  const service = { cluster: 'shop', desiredCount: 0 };
  await shop.service({
    ...{ ...service, name: 'fargate', taskDefinition: 'fargate' },
    networkConfiguration,
    loadBalancers: [{ targetGroupArn, containerName: 'app', containerPort: 80 }],
  });
  await shop.service({ ...service, name: 'host', taskDefinition: 'host', launchType: 'EC2' });
  const { Instances } = await shop.ec2.send(
    new RunInstancesCommand({
      ...{ MinCount: 1, MaxCount: 1, SubnetId: network.subnets[0] },
      SecurityGroupIds: network.securityGroups,
    }),
  );
  const instanceId = Instances?.[0]?.InstanceId;
  await shop.ecs.send(
    new RegisterContainerInstanceCommand({
      cluster: 'shop',
      instanceIdentityDocument: JSON.stringify({ instanceId }),
      versionInfo: { agentVersion: '1.90.0' },
    }),
  );

  await shop.json(['put', 'sm:closed'], { stdin: 'x' });
  const { arn: closed } = await shop.json(['get', 'sm:closed']);
  for (const [family, valueFrom] of [
    ['denied', closed as string],
    ['keyless', `${keyed as string}:b::`],
  ] as const) {
    const [app] = containerDefinitions;
    const secrets = [...(app?.secrets ?? []), { name: 'B', valueFrom }];
    const broken = { family, ...definition, ...fargate };
    const registered = { ...broken, containerDefinitions: [{ ...app, secrets }] };
    await shop.ecs.send(new RegisterTaskDefinitionCommand(registered));
    await shop.ecs.send(
      new CreateServiceCommand({
        ...{ cluster: 'shop', serviceName: family, taskDefinition: family, desiredCount: 1 },
        ...{ launchType: 'FARGATE', networkConfiguration },
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
      }),
    );
    const described = new DescribeServicesCommand({ cluster: 'shop', services: [family] });
    await vi.waitFor(
      async () => {
        const { services } = await shop.ecs.send(described);
        expect(services?.[0]?.deployments?.[0]?.rolloutState).toBe('FAILED');
      },
      { timeout: 10_000, interval: 20 },
    );
  }
}

/** The role `r` may read parameters by their tag too, like the roles that copilot makes. */
async function grantByTag(): Promise<void> {
  const Condition = { StringEquals: { 'ssm:ResourceTag/team': 'web' } };
  const Statement = { Effect: 'Allow', Action: 'ssm:GetParameters', Resource: '*', Condition };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const name = { RoleName: 'r', PolicyName: 'by-tag' };
  await shop.iam.send(new PutRolePolicyCommand({ ...name, PolicyDocument }));
}

/** The role of rules and schedules, which may run all task definitions. */
async function makeEventsRole(): Promise<void> {
  const trusted = { Effect: 'Allow', Action: 'sts:AssumeRole' };
  const Principal = { Service: ['events.amazonaws.com', 'scheduler.amazonaws.com'] };
  const run = { Effect: 'Allow', Action: ['ecs:RunTask', 'iam:PassRole'], Resource: '*' };
  const document = (Statement: object): string =>
    JSON.stringify({ Version: '2012-10-17', Statement });
  const name = { RoleName: 'events' };
  await shop.iam.send(
    new CreateRoleCommand({
      ...name,
      AssumeRolePolicyDocument: document({ ...trusted, Principal }),
    }),
  );
  await shop.iam.send(
    new PutRolePolicyCommand({ ...name, PolicyName: 'run', PolicyDocument: document(run) }),
  );
}

async function policyFor(command: CallerCommand): Promise<PolicyDocument> {
  const printed = await shop.json(['policy', 'caller', '--for', command, '--kms-key', key]);
  return printed as unknown as PolicyDocument;
}

/** Runs commands with the credentials of the deployer. */
async function asDeployer(policy: object, steps: readonly Step[]): Promise<Seen[]> {
  const PolicyDocument = JSON.stringify(policy);
  const name = { RoleName: 'deployer', PolicyName: 'own' };
  await shop.iam.send(new PutRolePolicyCommand({ ...name, PolicyDocument }));
  const { Credentials } = await shop.sts.send(
    new AssumeRoleCommand({
      RoleArn: 'arn:aws:iam::123456789012:role/deployer',
      RoleSessionName: 'ci',
    }),
  );
  const own = {
    AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY,
  };
  process.env.AWS_ACCESS_KEY_ID = Credentials?.AccessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = Credentials?.SecretAccessKey;
  try {
    const all: Seen[] = [];
    for (const { argv, ...setting } of steps) all.push(await shop.run(argv, setting));
    return all;
  } finally {
    Object.assign(process.env, own);
  }
}

async function setUp({
  before = [],
  service,
  many: wanted,
  world,
  elsewhere,
}: Scenario): Promise<void> {
  const value = { Value: 'x', Type: 'SecureString' } as const;
  const puts = wanted ? manySecrets.map((Name) => new PutParameterCommand({ Name, ...value })) : [];
  await Promise.all(puts.map((command) => shop.ssm.send(command)));
  for (const { argv, ...setting } of before) {
    // Nobody else changes the role, so there is nothing to wait for.
    const seen = await shop.run(argv, { ...setting, longestPause: 5 });
    if (seen.code !== 0) throw new Error(`${argv.slice(0, 3).join(' ')}: ${seen.stderr}`);
  }
  await world?.();
  if (!service) return;
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web' });
  await schedule();
  if (elsewhere) await runElsewhere();
}

async function runElsewhere(): Promise<void> {
  const { daemonTaskDefinitionArn } = await shop.ecs.send(
    new RegisterDaemonTaskDefinitionCommand({
      ...{ family: 'agent', containerDefinitions: [{ name: 'agent', image: 'x', memory: 64 }] },
    }),
  );
  await shop.ecs.send(
    new CreateDaemonCommand({
      ...{ daemonName: 'agent', clusterArn: 'shop', daemonTaskDefinitionArn },
      capacityProviderArns: ['arn:aws:ecs:us-east-1:123456789012:capacity-provider/managed'],
    }),
  );
  await shop.service({
    ...{ cluster: 'shop', name: 'express', taskDefinition: 'web' },
    tags: [{ key: 'ecs-secrets.sandbox/express', value: 'revisions' }],
    deploymentConfiguration: {
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 0 },
      bakeTimeInMinutes: 0,
    },
  });
}

/** A service that CodeDeploy deploys. */
async function runWithCodeDeploy(): Promise<void> {
  await shop.service({
    ...{ cluster: 'shop', name: 'blue', taskDefinition: 'web', desiredCount: 0 },
    deploymentController: { type: 'CODE_DEPLOY' },
  });
  const codeDeploy = new CodeDeployClient({
    ...{ endpoint: shop.sandbox.url, region: 'us-east-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const application = { applicationName: 'shop' };
  await codeDeploy.send(new CreateApplicationCommand({ ...application, computePlatform: 'ECS' }));
  await codeDeploy.send(
    new CreateDeploymentGroupCommand({
      ...{ ...application, deploymentGroupName: 'blue' },
      serviceRoleArn: 'arn:aws:iam::123456789012:role/codedeploy',
      ecsServices: [{ clusterName: 'shop', serviceName: 'blue' }],
    }),
  );
}

/** A rule and a schedule that run the task definition `web`. */
async function schedule({ rule: Rule, name: Name, revision } = webByName): Promise<void> {
  const config = {
    endpoint: shop.sandbox.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const target = {
    Arn: 'arn:aws:ecs:us-east-1:123456789012:cluster/shop',
    RoleArn: 'arn:aws:iam::123456789012:role/events',
    EcsParameters: {
      TaskDefinitionArn: `arn:aws:ecs:us-east-1:123456789012:task-definition/${revision}`,
    },
  };
  const events = new EventBridgeClient(config);
  await events.send(new PutRuleCommand({ Name: Rule, ScheduleExpression: 'rate(1 day)' }));
  await events.send(new PutTargetsCommand({ Rule, Targets: [{ Id: '1', ...target }] }));
  await new SchedulerClient(config).send(
    new CreateScheduleCommand({
      Name,
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: target,
    }),
  );
}

const webByName = { rule: 'nightly', name: 'hourly', revision: 'web' };

function actionsIn({ Statement }: PolicyDocument): string[] {
  return [...new Set(Statement.flatMap(({ Action }) => Action))].sort();
}

function without(policy: PolicyDocument, action: string): PolicyDocument {
  return {
    ...policy,
    Statement: policy.Statement.flatMap((statement) => {
      const left = [statement.Action].flat().filter((one) => one !== action);
      return left.length === 0 ? [] : [{ ...statement, Action: left }];
    }),
  };
}

function problemsIn({ stdout }: Seen): string[] {
  return stdout.split('\n').filter((line) => line.startsWith('    problem '));
}

const textOf = (seen: readonly Seen[]): string =>
  seen.map(({ stdout, stderr }) => `${stdout}${stderr}`).join('');

/** Whether it is the turn of an action, which is tried the first time and then every second time. */
function isTurn(action: string): boolean {
  const turn = turns.get(action) ?? 0;
  turns.set(action, turn + 1);
  return turn % 2 === 0;
}
const turns = new Map<string, number>();

const nothing = [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }];

const commands = Object.keys(callerNeeds)
  .filter(isCallerCommand)
  .filter(
    (name): name is Exclude<CallerCommand, Elsewhere> => !/^auto-redeploy (?!print)/.test(name),
  );

describe.each(commands)('the policy for the caller of %s', (command) => {
  const scenario = scenarios[command];
  const { looksOnly = false, only, unasked = [], degrades = {}, otherwise = [] } = scenario;
  const { elsewhere = false } = scenario;
  const expected = (index: number): number => scenario.steps[index]?.code ?? 0;

  test('is enough, and allows nothing that is not asked for', async () => {
    await setUp(scenario);
    const policy = await policyFor(command);
    if (!looksOnly) await isRefusedWithout(policy);
    const seen = await asDeployer(policy, scenario.steps);
    seen.forEach(({ code, stderr }, index) => {
      expect(stderr).not.toMatch(/denied|may not/);
      expect({ code, stderr }).toMatchObject({ code: expected(index) });
    });
    const allowed = actionsIn(policy).filter((action) => !asked.has(action));
    // Asked for where a daemon and an Express service run, which is in one scene only.
    const expectedly = elsewhere
      ? unasked
      : [...unasked, ...actionsIn(policy).filter((action) => onlyElsewhere.includes(action))];
    expect(allowed).toEqual([...expectedly].sort());
  });

  /** Every step, with no permission at all: nothing is written. */
  async function isRefusedWithout(policy: PolicyDocument): Promise<void> {
    const seen = await asDeployer({ ...policy, Statement: nothing }, scenario.steps);
    expect(seen.map(({ code }) => code)).toEqual(seen.map(() => 1));
    for (const { stderr } of seen) {
      expect(actionsIn(policy).filter((action) => stderr.includes(action))).not.toEqual([]);
      expect(stderr).toContain("ecs-secrets policy caller --for '");
    }
    expect(textOf(seen)).toContain(`policy caller --for '${command}'`);
  }
  if (!looksOnly) {
    // These steps change what is there, so that each action takes a scene.
    test.each(Object.entries(degrades))('may lack %s', async (action, says) => {
      await setUp(scenario);
      const seen = await asDeployer(without(await policyFor(command), action), scenario.steps);
      expect(textOf(seen)).toMatch(says);
    });
    return;
  }

  test('is missed where one of its actions is', async () => {
    await setUp(scenario);
    const policy = await policyFor(command);
    const known = (await asDeployer(policy, scenario.steps)).flatMap(problemsIn);
    // Most actions are asked for by several commands: each is left out of every second of them, at least of one.
    const left = (only ?? [...asked].sort()).filter((action) => isWhole || isTurn(action));
    for (const action of left) {
      const what = `${command} without ${action}`;
      const seen = await asDeployer(without(policy, action), scenario.steps);
      const failed = seen.filter(({ code }, index) => code !== expected(index));
      const news = seen.flatMap(problemsIn).filter((line) => !known.includes(line));
      expect.soft(news, what).toEqual([]);
      if (otherwise.includes(action)) continue;
      if (degrades[action]) {
        expect.soft(textOf(seen), what).toMatch(degrades[action]);
        expect.soft(failed, what).toEqual([]);
        continue;
      }
      expect.soft(failed.length, what).toBeGreaterThan(0);
      expect.soft(textOf(failed), what).toContain(action);
      expect.soft(textOf(failed), what).toContain(`policy caller --for '${command}'`);
    }
  });
});
