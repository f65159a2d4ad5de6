import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../../helpers/scene.ts';

// Containers in the formats of other tools: what audit finds in them, and what other commands say.
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.sandbox.close());

const value = 'Kw8!pq72Lm';
const yaml = (...lines: string[]): string => `${lines.join('\n')}\n`;

const containers = [
  { name: 'web', image: 'x', environment: [{ name: 'DB_PASSWORD', value }] },
  { name: 'side', image: 'x', command: ['run', '--db-password', value] },
];
const resource = {
  type: 'aws_ecs_task_definition',
  address: 'module.app.aws_ecs_task_definition.web',
  values: { family: 'web', container_definitions: JSON.stringify(containers) },
};
const plan = {
  format_version: '1.2',
  terraform_version: '1.9.0',
  planned_values: {
    root_module: {
      resources: [],
      child_modules: [{ address: 'module.app', resources: [resource] }],
    },
  },
};
const stateFile = {
  version: 4,
  terraform_version: '1.9.0',
  resources: [
    { type: 'aws_ecs_service', name: 'web', instances: [] },
    {
      mode: 'managed',
      type: 'aws_ecs_task_definition',
      name: 'web',
      instances: [{ attributes: { container_definitions: JSON.stringify(containers) } }],
    },
  ],
};
const template = yaml(
  'AWSTemplateFormatVersion: "2010-09-09"',
  'Parameters:',
  `  ApiToken: { Type: String, Default: ${value} }`,
  'Conditions: { IsProd: !Equals [!Ref Env, prod] }',
  'Resources:',
  '  Store:',
  '    Type: AWS::SSM::Parameter',
  '    Properties: { Name: /shop/db, Type: String, Value: x }',
  '  Db:',
  '    Type: AWS::SecretsManager::Secret',
  '    Properties: { Name: shop/db }',
  '  Web:',
  '    Type: AWS::ECS::TaskDefinition',
  '    Properties:',
  '      Family: !Sub "${AWS::StackName}-web"',
  '      Memory: 512',
  '      ExecutionRoleArn: !GetAtt Role.Arn',
  '      ContainerDefinitions:',
  '        - Name: web',
  '          Image: !Join [":", [httpd, !Ref Tag]]',
  '          Environment:',
  '            - !If',
  '              - IsProd',
  '              - { Name: HOST, Value: db }',
  `              - { Name: DB_PASSWORD, Value: "${value}" }`,
  '            - Name: DATABASE_URL',
  `              Value: !Sub "postgres://app:${value}@\${Host}/db"`,
  '            - Name: API_TOKEN',
  '              Value: !Ref ApiToken',
  '            - { Name: ADMIN_PASSWORD, Value: !Ref AdminPassword }',
  '            - !Ref AWS::NoValue',
  '            - !If [IsProd, !Ref "AWS::NoValue", { Name: SMTP_PASSWORD, Value: "Rt6!zx93Qp" }]',
  '          Secrets:',
  '            - { Name: A, ValueFrom: !Sub "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/shop/a" }',
  '            - { Name: B, ValueFrom: !Ref Store }',
  '            - { Name: C, ValueFrom: !Sub "${Db}:key::" }',
  '  Other: { Type: AWS::ECS::Service, Properties: { TaskDefinition: !Ref Web } }',
);
const compose = yaml(
  'services:',
  '  web:',
  '    image: shop/web:1',
  '    environment:',
  `      DB_PASSWORD: ${value}`,
  '      PORT: 80',
  '      FROM_SHELL:',
  '  db:',
  '    image: postgres',
  `    command: postgres --db-password ${value}`,
  '    environment:',
  '      - TZ=UTC',
  `      - POSTGRES_PASSWORD=${value}`,
);
const copilot = yaml(
  'name: web',
  'type: Load Balanced Web Service',
  'image: { build: ./Dockerfile, port: 80 }',
  'variables:',
  `  DB_PASSWORD: ${value}`,
  'sidecars:',
  '  proxy:',
  '    image: nginx',
  '    variables:',
  `      API_TOKEN: ${value}`,
  'environments:',
  '  prod:',
  '    variables:',
  `      DB_PASSWORD: ${value}x`,
);

interface Found {
  findings: { name: string; line: number; column: number; resource?: string; container: string }[];
}

async function found(name: string, text: string): Promise<string[]> {
  const seen = await shop.run(['audit', name, '--json'], { files: { [name]: text } });
  expect(seen.code, seen.stderr).toBe(3);
  expect(seen.stdout + seen.stderr).not.toContain(value);
  const { findings } = JSON.parse(seen.stdout) as Found;
  const lines = text.split('\n');
  return findings.map(({ name, line, column, resource, container }) => {
    const at = lines[line - 1]?.slice(column - 1) ?? '';
    return `${name} ${line} ${resource ?? ''}/${container} ${/^["']?[\w!$:-]{0,12}/.exec(at)?.[0] ?? ''}`;
  });
}

describe('audit', () => {
  test('a template of CloudFormation in YAML: functions, both values of a condition, defaults', async () => {
    expect(await found('stack.yaml', template)).toEqual([
      'DATABASE_URL 27 Web/web "postgres:',
      'API_TOKEN 29 Web/web ApiToken',
      'DB_PASSWORD 25 Web/web "Kw8!pq72Lm',
      'SMTP_PASSWORD 32 Web/web "Rt6!zx93Qp',
    ]);
  });

  test('a template in JSON, as the CDK writes it', async () => {
    const text = JSON.stringify(
      {
        Resources: {
          TaskDef54694570: {
            Type: 'AWS::ECS::TaskDefinition',
            Properties: {
              ContainerDefinitions: [
                {
                  Name: 'web',
                  Image: { 'Fn::Join': ['', [{ Ref: 'AWS::AccountId' }, '.dkr.ecr/x:1']] },
                  Environment: [{ Name: 'DB_PASSWORD', Value: value }],
                  LogConfiguration: { LogDriver: 'splunk', Options: { 'splunk-token': value } },
                },
              ],
              Family: 'web',
            },
            Metadata: { 'aws:cdk:path': 'Stack/TaskDef/Resource' },
          },
        },
      },
      null,
      1,
    );
    expect(
      (await found('stack.template.json', text)).map((one) => one.replace(/ \d+ /, ' ')),
    ).toEqual([
      'DB_PASSWORD TaskDef54694570/web "Kw8!pq72Lm',
      'splunk-token TaskDef54694570/web "Kw8!pq72Lm',
    ]);
  });

  test('a plan and a state of Terraform: the line of the attribute', async () => {
    const text = JSON.stringify(plan, null, 1);
    const line = text.split('\n').findIndex((one) => one.includes('"container_definitions"')) + 1;
    const address = 'module.app.aws_ecs_task_definition.web';
    expect(await found('plan.json', text)).toEqual([
      `DB_PASSWORD ${line} ${address}/web "`,
      `db-password ${line} ${address}/side "`,
    ]);
    const shown = { ...plan, planned_values: undefined, values: plan.planned_values };
    expect(await found('state.json', JSON.stringify(shown))).toHaveLength(2);
    expect(await found('x.tfstate', JSON.stringify(stateFile))).toEqual([
      'DB_PASSWORD 1 aws_ecs_task_definition.web/web "',
      'db-password 1 aws_ecs_task_definition.web/side "',
    ]);
  });

  test('a Compose file', async () => {
    expect(await found('compose.yaml', compose)).toEqual([
      'DB_PASSWORD 5 web/web Kw8!pq72Lm',
      'POSTGRES_PASSWORD 13 db/db POSTGRES_PAS',
      'db-password 10 db/db postgres',
    ]);
  });

  test('a Copilot manifest', async () => {
    expect(await found('manifest.yml', copilot)).toEqual([
      'DB_PASSWORD 5 web/web Kw8!pq72Lm',
      'API_TOKEN 10 web/proxy Kw8!pq72Lm',
      'DB_PASSWORD 14 web@prod/web Kw8!pq72Lmx',
    ]);
  });

  test('JSON with comments, several YAML documents, and UTF-16', async () => {
    const text = `// of the shop\n{ "family": "web", /* all */ "containerDefinitions": [\n  { "name": "web", "environment": [\n    // database\n    { "name": "DB_PASSWORD", "value": "${value}", }, ] } ] }`;
    expect(await found('task.json', text)).toEqual(['DB_PASSWORD 5 /web "Kw8!pq72Lm']);
    const two = ['a', 'b'].map((family) =>
      yaml(
        '---',
        `family: ${family}`,
        'containerDefinitions:',
        '  - name: web',
        '    environment:',
        `      - { name: DB_PASSWORD, value: ${value} }`,
      ),
    );
    expect(await found('two.yaml', two.join(''))).toEqual([
      'DB_PASSWORD 6 /web Kw8!pq72Lm',
      'DB_PASSWORD 12 /web Kw8!pq72Lm',
    ]);
    const bytes = { 'task.json': Buffer.from(`\ufeff${text}`, 'utf16le') };
    const seen = await shop.run(['audit', 'task.json'], { bytes });
    expect(seen.stdout).toContain('task.json:5:');
  });

  test('findings of families of one file have fingerprints of their own', async () => {
    const one = (family: string) => ({ family, containerDefinitions: containers });
    const files = { 'a.json': JSON.stringify([one('a'), one('b')]) };
    const seen = await shop.run(['audit', 'a.json', '--json'], { files });
    const { findings } = JSON.parse(seen.stdout) as { findings: { fingerprint: string }[] };
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(4);
  });
});

describe('other commands', () => {
  const service = JSON.stringify({ serviceName: 'web', taskDefinition: 'web:1' });
  test.each([
    [
      'stack.yaml',
      template,
      /is a CloudFormation template, not a task definition\nhint: verify, policy/,
    ],
    [
      'plan.json',
      JSON.stringify(plan),
      /is a Terraform plan or state, not a task definition\nhint: audit can/,
    ],
    ['compose.yaml', compose, /is a Compose file, not a task definition\nhint: audit can read it/],
    [
      'manifest.yml',
      copilot,
      /is a Copilot manifest, not a task definition\nhint: audit can read it/,
    ],
    [
      'service.json',
      service,
      /is the description of a service, not.*\nhint: .*that it runs: web:1/,
    ],
    [
      'services.json',
      JSON.stringify({
        services: [{ serviceArn: 'x', taskDefinition: 'arn:aws:ecs:r:1:task-definition/web:2' }],
      }),
      /description of a service.*\nhint: .*runs: web:2/,
    ],
    [
      'run.json',
      '{"cluster": "shop", "taskDefinition": "web:1", "count": 1}',
      /is the input of run-task, not.*\nhint: .*that it runs: web:1/,
    ],
    [
      '.env',
      `DB_PASSWORD=${value}\n`,
      /is a dotenv file, not a task definition; ecs-secrets import reads it/,
    ],
    [
      'web.jsonnet',
      'local tag = "1";\n{ family: "web" }\n',
      /is a Jsonnet file.*\nhint: print it as JSON/,
    ],
    ['web.jsonnet', '{ family: "web", image: std.extVar("i") }\n', /is a Jsonnet file/],
    [
      'main.tf',
      'resource "aws_ecs_task_definition" "web" {\n  family = "web"\n}\n',
      /is a Terraform \(HCL\) file.*\nhint: audit the plan: terraform show/,
    ],
    [
      'web.json.j2',
      '{% if x %}\n{"family": "web"}\n{% endif %}\n',
      /is a template: line 1, column 1: a tag is not replaced\nhint: render/,
    ],
    [
      'web.yaml.tpl',
      'family: {{ .Family }}\ncontainerDefinitions: []\n',
      /is a template: line 1, column 9: a tag/,
    ],
    [
      'k8s.yaml',
      yaml('apiVersion: v1', 'kind: Secret'),
      /is a Kubernetes manifest, not a task definition/,
    ],
  ])('register names %s', async (name, text, message) => {
    for (const argv of [
      ['register', name, '--dry-run'],
      ['migrate', name, '--prefix', '/x', '--dry-run'],
    ]) {
      const seen = await shop.run(argv, { files: { [name]: text } });
      expect(seen.stderr).toMatch(message);
      expect(seen).toMatchObject({ code: 2, stdout: '' });
    }
  });

  test('policy execution and verify read a template, with what is known of its deployment', async () => {
    for (const name of ['/shop/a', '/shop/db']) await shop.run(['put', name], { stdin: 'x' });
    await shop.run(['put', 'sm:shop/db:key'], { stdin: 'x' });
    const files = { 'stack.yaml': template };
    const policy = await shop.run(['policy', 'execution', '--task-definition', 'stack.yaml'], {
      files,
    });
    expect(policy.code, policy.stderr).toBe(0);
    expect(policy.stdout).toMatch(/:parameter\/shop\/a"/);
    expect(policy.stdout).toMatch(/:parameter\/shop\/db"/);
    expect(policy.stdout).toMatch(/:secret:shop\/db-/);
    const argv = ['verify', 'stack.yaml', '--all', '--json'];
    const seen = await shop.run([...argv, '--set', 'AWS::StackName=shop', '--set', 'Tag=2.4'], {
      files,
    });
    const { targets } = JSON.parse(seen.stdout) as {
      targets: { findings: { status: string; subject: string; message: string }[] }[];
    };
    const findings = targets.flatMap((one) => one.findings);
    expect(findings).toContainEqual(
      expect.objectContaining({
        status: 'not-checked',
        subject: 'executionRoleArn',
        message:
          'the placeholder ${Role.Arn} is known when the stack is deployed; give --set NAME=VALUE',
      }),
    );
    const problems = findings.filter(({ status }) => status === 'problem');
    expect(problems.map(({ subject, message }) => `${subject}: ${message}`)).toEqual([]);
  });

  test('--set, --vars and --substitute work wherever a file is read', async () => {
    const text = JSON.stringify({
      family: 'web',
      executionRoleArn: 'r',
      containerDefinitions: [
        {
          name: 'web',
          image: 'x',
          memory: 128,
          secrets: [{ name: 'A', valueFrom: '${P:-/none}/a' }],
        },
      ],
    });
    const files = { 'task.json': text, 'v.yaml': 'P: /shop\n' };
    const commands = [
      ['role', 'create', 'r', '--task-definition', 'task.json', '--dry-run'],
      ['policy', 'execution', '--task-definition', 'task.json'],
      ['export', '--task-definition', 'task.json'],
      ['diff', 'task.json', 'task.json'],
      ['audit', 'task.json'],
      ['migrate', 'task.json', '--prefix', '/x', '--dry-run'],
    ];
    for (const argv of commands) {
      for (const how of [['--set', 'P=/shop'], ['--vars', 'v.yaml'], ['--substitute']]) {
        const seen = await shop.run([...argv, ...how], { files, env: { P: '/shop' } });
        expect(seen.code, `${argv.join(' ')} ${how.join(' ')}: ${seen.stderr}`).toBe(0);
      }
    }
  });
});
