import {
  DeregisterTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, type Setting } from '../../helpers/run.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';

let shop: Shop;
const password = 'Kd9-wl5Qm8zx';
const key = ['AKIA', 'Q2WZX7LM4NPRVT6S'].join('');

beforeAll(async () => {
  shop = await openShop();
  // web:1 has a password and is what the service runs; web:2 is clean; old:1 is INACTIVE.
  await register('web', [{ name: 'DB_PASSWORD', value: password }]);
  await shop.service({ cluster: 'shop', name: 'web', taskDefinition: 'web:1' });
  await register('web', [{ name: 'HOST', value: 'db' }]);
  await register('job', [{ name: 'KEY_ID', value: key }]);
  await register('old', [{ name: 'API_TOKEN', value: 'x7Kq2mNw51Rt' }]);
  await shop.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'old:1' }));
});
afterAll(() => shop.sandbox.close());

async function register(family: string, environment: { name: string; value: string }[]) {
  await shop.ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'httpd:2.4', essential: true, environment }],
    }),
  );
}

interface Found {
  findings: { family: string; revision: number; name: string; services?: string[] }[];
  looked: { families: number; revisions: number; files: number };
}

async function json(...argv: string[]): Promise<Found & { ignored: number }> {
  const seen = await shop.run(['audit', ...argv, '--json']);
  expect([0, 3], seen.stderr).toContain(seen.code);
  return JSON.parse(seen.stdout) as Found & { ignored: number };
}

function revisions({ findings }: Found): string[] {
  return findings.map(({ family, revision }) => `${family}:${revision}`);
}

describe('in AWS', () => {
  test('tells where, what and who runs it, and exits with 3', async () => {
    const seen = await shop.run(['audit']);
    expect(seen.code).toBe(3);
    expect(seen.stdout.split('\n').map((line) => line.split('\t'))).toEqual([
      ...[
        ['CONFIDENCE', 'KIND', 'WHERE', 'CONTAINER', 'NAME', 'PLACE', 'LENGTH', 'HINT', 'SERVICES'],
      ],
      ...[['high', 'AWS access key', 'job:1', 'app', 'KEY_ID', place, '20', 'AKIA…', '']],
      ...[['high', 'password by name', 'web:1', 'app', 'DB_PASSWORD', place, '12', '', 'shop/web']],
      [''],
    ]);
    expect(seen.stderr).toMatch(
      /^error: 2 values in plain text look like secrets\nhint: to move them into the store: ecs-secrets migrate [\w.:-]+ --prefix PREFIX; /,
    );
  });
  const place = 'containerDefinitions[0].environment[0].value';

  test('looks at the latest ACTIVE revisions, and at what services run', async () => {
    const found = await json();
    expect(revisions(found)).toEqual(['job:1', 'web:1']);
    expect(found.looked).toEqual({ families: 2, revisions: 3, files: 0 });
    expect(found.findings[1]).toEqual({
      family: 'web',
      revision: 1,
      taskDefinition: 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:1',
      container: 'app',
      placeKind: 'environment',
      place,
      name: 'DB_PASSWORD',
      kind: 'password by name',
      confidence: 'high',
      length: 12,
      services: ['shop/web'],
      fingerprint: 'web:app:environment:DB_PASSWORD',
    });
  });

  test('--no-services looks at the latest revisions alone', async () => {
    const found = await json('--no-services');
    expect(revisions(found)).toEqual(['job:1']);
    expect(found.findings[0]).not.toHaveProperty('services');
  });

  test('--all-revisions finds what older and INACTIVE revisions keep', async () => {
    expect(revisions(await json('--all-revisions'))).toEqual(['job:1', 'old:1', 'web:1']);
    const web = await json('--family', 'web', '--all-revisions', '--no-services');
    expect(revisions(web)).toEqual(['web:1']);
    expect(web.looked.revisions).toBe(2);
  });

  test('--family looks at its latest revision, and at what services run of it', async () => {
    expect(revisions(await json('--family', 'job'))).toEqual(['job:1']);
    expect(revisions(await json('--family', 'web'))).toEqual(['web:1']);
    const clean = await shop.run(['audit', '--family', 'web', '--no-services']);
    expect(clean).toEqual({
      code: 0,
      stdout: 'no secret in plain text found in 1 revision\n',
      stderr: '',
    });
  });

  test('--cluster looks at what runs there', async () => {
    expect(revisions(await json('--cluster', 'shop'))).toEqual(['web:1']);
    expect((await json('--cluster', 'shop', '--all-revisions')).looked.revisions).toBe(2);
    const none = await shop.run(['audit', '--cluster', 'none']);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('there is no cluster none');
  });

  test.each([
    ['audit', '--family', 'none'],
    ['audit', '--family', 'none', '--all-revisions'],
  ])('%s %s %s of a family that is not there fails', async (...argv) => {
    const seen = await shop.run(argv);
    expect(seen).toMatchObject({ code: 1, stdout: '' });
    expect(seen.stderr).toContain('there is no task definition none');
  });

  test('--baseline passes over what --write-baseline wrote, and nothing else', async () => {
    const files: Record<string, string> = {};
    const written = await shop.run(['audit', '--write-baseline', 'b.json'], { files });
    expect(written).toMatchObject({ code: 0, stderr: 'note: 2 findings written to b.json\n' });
    expect(JSON.parse(files['b.json'] ?? '')).toEqual({
      version: 1,
      fingerprints: ['job:app:environment:KEY_ID', 'web:app:environment:DB_PASSWORD'],
    });
    const again = await shop.run(['audit', '--baseline', 'b.json'], { files });
    expect(again).toMatchObject({
      code: 0,
      stdout: 'no secret in plain text found in 3 revisions beyond the baseline\n',
      stderr: 'note: 2 findings of the baseline ignored\n',
    });
    const more = await shop.run(['audit', '--all-revisions', '--baseline', 'b.json'], { files });
    expect(more.code).toBe(3);
    expect(more.stdout).toContain('old:1');
    expect(more.stdout).not.toContain('web:1');
  });

  test('SARIF of AWS has logical locations only', async () => {
    const seen = await shop.run(['audit', '--format', 'sarif']);
    expect(seen.code).toBe(3);
    const log = JSON.parse(seen.stdout) as SarifLog;
    checkSarif(log);
    expect(log.runs[0]?.results.map(({ locations }) => locations[0])).toEqual([
      { logicalLocations: [{ fullyQualifiedName: `job:1/${place}`, kind: 'value' }] },
      { logicalLocations: [{ fullyQualifiedName: `web:1/${place}`, kind: 'value' }] },
    ]);
    expect(seen.stdout).toBe((await shop.run(['audit', '--format', 'sarif'])).stdout);
    expect(seen.stdout).toBe((await shop.run(['audit', '--format', 'sarif', '--json'])).stdout);
  });
});

const webJson = JSON.stringify(
  {
    family: 'web',
    containerDefinitions: [
      { name: 'proxy', image: 'x' },
      {
        name: 'app',
        image: 'x',
        environment: [
          { name: 'LOG_LEVEL', value: 'info' },
          { name: 'DB_PASSWORD', value: password },
          { name: 'API_KEY', value: 'changeme' },
        ],
        command: ['server', '--db-password', password, '--port', '80'],
        entryPoint: ['sh', '-c', `export API_TOKEN=${password}x7; exec "$@"`],
        healthCheck: { command: ['CMD-SHELL', `curl -fu probe:${password} localhost`] },
        logConfiguration: { logDriver: 'splunk', options: { 'splunk-token': password } },
        firelensConfiguration: { type: 'fluentbit', options: { HTTP_Passwd: password } },
        dockerLabels: { 'app.secret': password, version: '1.2.3' },
      },
    ],
  },
  null,
  2,
);
const jobYaml = `family: job
containerDefinitions:
  - name: app
    image: x
    environment:
      - name: DATABASE_URL
        value: postgres://app:${password}@db/shop
      - { name: PASSWORD_FILE, value: /run/secrets/db }
`;

describe('in files', () => {
  const files = { 'ecs/web.json': webJson, 'ecs/prod/job.yaml': jobYaml, 'README.md': '#' };
  // Nothing answers there: no call is made.
  const noAws = { ECS_SECRETS_ENDPOINT_URL: 'http://127.0.0.1:9' };
  const audit = (argv: string[], setting: Setting = {}) =>
    run(['audit', ...argv], { files: { ...files }, env: noAws, ...setting });

  test('every kind of place is looked at, with its line', async () => {
    const seen = await audit(['ecs/web.json', '--json']);
    expect(seen.code).toBe(3);
    const { findings, looked } = JSON.parse(seen.stdout) as {
      findings: { place: string; name: string; line: number }[];
      looked: object;
    };
    expect(
      findings.map(({ place, name }) => [place.replace(/^containerDefinitions\[1\]./, ''), name]),
    ).toEqual([
      ['environment[1].value', 'DB_PASSWORD'],
      ['entryPoint[2]', 'API_TOKEN'],
      ['command[2]', 'db-password'],
      ['healthCheck.command[1]', 'credentials'],
      ['logConfiguration.options["splunk-token"]', 'splunk-token'],
      ['firelensConfiguration.options.HTTP_Passwd', 'HTTP_Passwd'],
      ['dockerLabels["app.secret"]', 'app.secret'],
    ]);
    const lines = webJson.split('\n');
    for (const { line } of findings) expect(lines[line - 1]).toContain(password);
    expect(looked).toEqual({ families: 0, revisions: 0, files: 1 });
  });

  test('YAML too, and the output of describe-task-definition', async () => {
    const yaml = await audit(['ecs/prod/job.yaml']);
    expect(yaml.code).toBe(3);
    expect(yaml.stdout).toContain('URL with a password\tecs/prod/job.yaml:7');
    const wrapped = JSON.stringify({ taskDefinition: JSON.parse(webJson) as object }, null, 1);
    const stdin = await audit(['-', '--json'], { stdin: wrapped });
    const { findings } = JSON.parse(stdin.stdout) as { findings: { file: string; line: number }[] };
    expect(findings[0]).toMatchObject({ file: '-', family: 'web' });
    expect(wrapped.split('\n')[(findings[0]?.line ?? 0) - 1]).toContain(password);
  });

  test.each([
    ['ecs/*.json', ['ecs/web.json']],
    ['./ecs/**/*.yaml', ['ecs/prod/job.yaml']],
    ['**/*.??ml', ['ecs/prod/job.yaml']],
    ['ecs/**', ['ecs/prod/job.yaml', 'ecs/web.json']],
    ['*/prod/job.*', ['ecs/prod/job.yaml']],
    ['ecs/{web,api}.json', ['ecs/web.json']],
    ['ecs/[v-x]eb.json', ['ecs/web.json']],
  ])('the glob %s may be quoted', async (glob, expected) => {
    const seen = await audit([glob, '--json']);
    const { findings } = JSON.parse(seen.stdout) as { findings: { file: string }[] };
    expect([...new Set(findings.map(({ file }) => file))]).toEqual(expected);
  });

  test('--min-confidence tells more or less', async () => {
    const all = await audit(['ecs/web.json', '--min-confidence', 'low']);
    expect(all.stdout).toMatch(/low\tkey by name\t.*\tAPI_KEY/);
    expect((await audit(['ecs/web.json'])).stdout).not.toContain('API_KEY');
  });

  const wrong = {
    'a.json': '{"family":1}',
    'b.json': '{"containerDefinitions": [',
    'c.json':
      '{"family": "c", "containerDefinitions": [{"name": "c", "environment": [{"name": "DB_PASSWORD", "value": "Kd9-wl5Qm8zx"}]}]}',
    'd.ts': 'const containerDefinitions = {}',
  };

  test('a glob skips what has no containers, and warns of what it cannot read', async () => {
    const seen = await audit(['*'], { files: wrong });
    expect(seen.code).toBe(3);
    expect(seen.stdout).toMatch(/c\.json:1:\d+\tc\tDB_PASSWORD/);
    expect(seen.stderr).toMatch(
      /^warning: not audited: b\.json is not valid JSON: line 1, column 27: the text ends too early\nnote: 2 files without containers skipped: a\.json, d\.ts\nerror: 1 value/,
    );
    const clean = await audit(['[ad].*'], { files: wrong });
    expect(clean.code).toBe(0);
    expect(clean.stdout).toBe('no secret in plain text found in 0 files\n');
  });

  test.each([[['a.json', 'b.json', 'c.json']], [['--strict-files', '{a,b,c}.json']]])(
    '%j fails with all that is wrong, after the findings',
    async (argv) => {
      const seen = await audit(argv, { files: wrong });
      expect(seen.code).toBe(2);
      expect(seen.stdout).toContain('DB_PASSWORD');
      expect(seen.stderr).toBe(
        'error: a.json: containerDefinitions: is missing\nerror: b.json is not valid JSON: line 1, column 27: the text ends too early\n',
      );
    },
  );

  test.each([
    [['none.json'], 1, 'cannot read none.json'],
    [['none/*.json'], 1, 'no file matches none/*.json'],
    [['ecs/web.json', '--family', 'web'], 2, 'files cannot be combined'],
    [['--family', 'web', '--cluster', 'shop'], 2, 'cannot be combined'],
    [['ecs/web.json', '--baseline', 'ecs/web.json'], 2, 'ecs/web.json is not a baseline'],
    [['ecs/web.json', '--baseline', 'README.md'], 2, 'README.md is not a baseline'],
    [['ecs/web.json', '--baseline', 'none'], 1, 'cannot read none'],
  ])('%j fails', async (argv, code, message) => {
    const seen = await audit(argv);
    expect(seen).toMatchObject({ code, stdout: '' });
    expect(seen.stderr).toContain(message);
  });

  test('SARIF names the file, the line and the column', async () => {
    const seen = await audit(['ecs/*.json', 'ecs/prod/job.yaml', '--format', 'sarif']);
    expect(seen.code).toBe(3);
    const log = JSON.parse(seen.stdout) as SarifLog;
    checkSarif(log);
    expect(log.runs[0]?.results).toHaveLength(8);
    expect(log.runs[0]?.results[7]).toMatchObject({
      ruleId: 'url-with-a-password',
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'ecs/prod/job.yaml' },
            region: { startLine: 7, startColumn: 16 },
          },
        },
      ],
      partialFingerprints: {
        'ecsSecretsPlace/v1': 'ecs/prod/job.yaml:app:environment:DATABASE_URL',
      },
    });
    // Another value in another line is the same finding.
    const moved = { 'ecs/prod/job.yaml': `# moved\n${jobYaml.replace(password, 'other-Pw8')}` };
    const again = await audit(['ecs/prod/job.yaml', '--format', 'sarif'], { files: moved });
    expect((JSON.parse(again.stdout) as SarifLog).runs[0]?.results[0]?.partialFingerprints).toEqual(
      log.runs[0]?.results[7]?.partialFingerprints,
    );
  });

  test('SARIF without findings is a log without results', async () => {
    const clean = { 'a.json': '{"containerDefinitions":[{"name":"a"}]}' };
    const seen = await audit(['a.json', '--format', 'sarif'], { files: clean });
    expect(seen).toMatchObject({ code: 0, stderr: '' });
    const log = JSON.parse(seen.stdout) as SarifLog;
    checkSarif(log);
    expect(log.runs[0]?.results).toEqual([]);
  });
});

interface SarifLog {
  $schema: string;
  version: string;
  runs: {
    tool: { driver: { name: string; rules: { id: string; shortDescription: { text: string } }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      level: string;
      message: { text: string };
      locations: {
        physicalLocation?: {
          artifactLocation: { uri: string };
          region?: { startLine: number; startColumn: number };
        };
        logicalLocations?: { fullyQualifiedName: string; kind: string }[];
      }[];
      partialFingerprints: Record<string, string>;
    }[];
  }[];
}

/** What SARIF 2.1.0 asks of a log (sections 3.13, 3.14, 3.19, 3.27 to 3.30, 3.49). */
function checkSarif(log: SarifLog): void {
  expect(log.version).toBe('2.1.0');
  expect(log.$schema).toMatch(/^https:\/\/.*sarif.*2\.1\.0.*\.json$/);
  for (const { tool, results } of log.runs) {
    expect(tool.driver.name).not.toBe('');
    const ids = tool.driver.rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { shortDescription } of tool.driver.rules) {
      expect(shortDescription.text).not.toBe('');
    }
    for (const result of results) {
      expect(ids[result.ruleIndex]).toBe(result.ruleId);
      expect(['none', 'note', 'warning', 'error']).toContain(result.level);
      expect(result.message.text).not.toBe('');
      expect(result.locations).toHaveLength(1);
      for (const text of Object.values(result.partialFingerprints)) expect(text).not.toBe('');
      for (const { physicalLocation, logicalLocations } of result.locations) {
        expect(physicalLocation ?? logicalLocations).toBeDefined();
        if (!physicalLocation) continue;
        const { artifactLocation, region } = physicalLocation;
        expect(URL.canParse(artifactLocation.uri, 'file:///repo/')).toBe(true);
        expect(region?.startLine).toBeGreaterThanOrEqual(1);
        expect(region?.startColumn).toBeGreaterThanOrEqual(1);
      }
    }
  }
}
