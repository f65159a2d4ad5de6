import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goBetween, type GoBetween } from './helpers/go-between.ts';
import { openRotationScene, type RotationScene } from './helpers/rotation-scene.ts';

/** Sets the title, colours, clears the screen (also in C1), turns the direction, ends lines, and gives commands. */
const hostile =
  '\u001b]0;title\u0007\u001b]8;;http://evil\u001b\\\u001b[31m\u009b2J\u202e\u2066\u2028\r\n::stop-commands::x\n  ::add-mask::y\n##[group]z\u007f\t';

/** What is left of it that a terminal, or GitHub Actions, would obey. */
function dangers(text: string, env: Record<string, string | undefined> = {}): string[] {
  // The tabs between the columns of a table are ours; each foreign one, behind the delete, is escaped.
  expect(text).not.toMatch(/u007f\t/);
  const characters = text.replaceAll('\t', '').match(
    // eslint-disable-next-line no-control-regex
    /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
  );
  const commands = env.GITHUB_ACTIONS ? text.match(/^\s*::|##\[/gm) : null;
  return [...(characters ?? []), ...(commands ?? [])];
}

const rotate = ['rotate', '/shop/db', '--redeploy'];
let scene: RotationScene;
beforeAll(async () => {
  scene = await openRotationScene();
  await scene.service('web', { picky: true });
  // A deployment that failed, for the reasons.
  await scene.rotate([], 'bad');
});
afterAll(() => scene.shop.sandbox.close());

/** A container, a variable and an image, all named in hostile words. */
const hostileFile = JSON.stringify({
  family: 'web',
  containerDefinitions: [
    {
      name: `n${hostile}`,
      image: `i${hostile}`,
      memory: 64,
      environment: [{ name: `${hostile}_PASSWORD`, value: 'MARK-7Hq2sW9xLp' }],
      secrets: [{ name: `s${hostile}`, valueFrom: `/shop/${hostile}` }],
      logConfiguration: { logDriver: `l${hostile}` },
    },
  ],
});

describe.each([
  ['on a terminal', {}],
  ['under GitHub Actions', { GITHUB_ACTIONS: 'true' }],
] as const)('%s nothing obeys what is foreign:', (_where, env) => {
  test.each([
    ['a command', [hostile]],
    ['an option', ['list', `--${hostile}`]],
    ['an argument', ['list', hostile, hostile]],
    ['a reference', ['get', `/a${hostile}`]],
    ['a file that is not there', ['audit', `${hostile}.json`]],
    ['the name of a file', ['audit', `f${hostile}`]],
    ['a file, to audit', ['audit', 'h.json']],
    ['a file, to audit as SARIF', ['audit', 'h.json', '--format', 'sarif']],
    ['a file, to verify', ['verify', 'h.json', '--all']],
    ['a file, to register', ['register', 'h.json', '--dry-run']],
    ['a file, to migrate', ['migrate', 'h.json', '--prefix', '/x', '--dry-run']],
    ['a file, to store', ['import', 'h.env', '--dry-run']],
    ['a pasted reason', ['diagnose', '-']],
    ['a region', ['list', '--region', hostile]],
    ['an endpoint', ['list', '--endpoint-url', hostile]],
    ['a choice', ['list', '--store', hostile]],
    ['a duration', [...rotate, '--timeout', hostile]],
    ['an output', ['audit', 'web.json', '--write-baseline', `not-there/${hostile}`]],
  ])('%s', async (_what, argv) => {
    const files = { 'h.json': hostileFile, [`f${hostile}`]: hostileFile, 'h.env': `${hostile}=1` };
    const stdin = `ResourceInitializationError: unable to pull secrets ${hostile}`;
    for (const more of [[], ['--json'], ['--debug']]) {
      const seen = await scene.shop.run([...argv, ...more], { files, env, stdin });
      expect(seen.stdout + seen.stderr).not.toBe('');
      expect(dangers(seen.stdout + seen.stderr, env), seen.stdout + seen.stderr).toEqual([]);
      if (more[0] === '--json' && seen.stdout !== '') JSON.parse(seen.stdout);
    }
  });

  test.each([
    ['names', ['list'], ['Name', 'KeyId', 'LastModifiedUser', 'Tier']],
    ['names of secrets', ['list', 'sm:'], ['Name', 'KmsKeyId']],
    ['a description', ['get', 'sm:shop/api'], ['Description', 'OwningService']],
    ['reasons', ['diagnose', 'shop/web'], ['stoppedReason', 'message', 'rolloutStateReason']],
    ['names of services', ['where-used', '/shop/db'], ['serviceName']],
    ['names of containers', ['verify', 'shop/web', '--all'], ['image', 'name']],
    ['reasons while following', ['redeploy', '/shop/db'], ['rolloutStateReason', 'stoppedReason']],
  ])('%s that AWS returns', async (_what, argv, keys) => {
    const { shop } = scene;
    const rewrite = (answer: never): object => withHostileTexts(answer, keys);
    const operations = [
      ...['DescribeServices', 'DescribeTasks', 'DescribeTaskDefinition', 'DescribeParameters'],
      ...['ListSecrets', 'DescribeSecret', 'GetParametersByPath', 'GetParameters'],
    ];
    await using between = await goBetween(
      shop.sandbox.url,
      operations.map((operation) => ({ operation, times: 1_000, rewrite })),
    );
    for (const more of [[], ['--json']]) {
      const to = { ...env, ECS_SECRETS_ENDPOINT_URL: between.url };
      const seen = await shop.run([...argv, ...more], { env: to });
      const all = seen.stdout + seen.stderr;
      expect(all).toContain('u001b]0;title');
      expect(dangers(all, env), all).toEqual([]);
      if (more.length > 0 && seen.stdout !== '') JSON.parse(seen.stdout);
    }
  });

  test('but a value that is asked for comes as it is', async () => {
    const { shop } = scene;
    await shop.run(['put', '/raw/V'], { stdin: hostile });
    expect((await shop.run(['get', '/raw/V', '--reveal'], { env })).stdout).toBe(hostile);
    const json = await shop.run(['get', '/raw/V', '--reveal', '--json'], { env });
    expect(JSON.parse(json.stdout)).toEqual({ value: hostile });
    expect(dangers(json.stdout, env)).toEqual([]);
    const exported = ['export', '--prefix', '/raw', '--format', 'shell'];
    expect((await shop.run(exported, { env })).stdout).toContain(hostile);
    if (!('GITHUB_ACTIONS' in env)) return;
    const masked = await shop.run(['get', '/raw/V', '--reveal'], { env });
    expect(masked.stderr).toContain('::add-mask::\u001b]0;title');
  });
});

test('our own colours stay, and foreign ones do not come through', async () => {
  const argv = ['audit', '\u001b[31mred.json'];
  const seen = await scene.shop.run(argv, { colours: true });
  expect(seen.stderr).toContain(
    '\u001b[31merror:\u001b[39m cannot read \\u001b[31mred.json: there is no such file\n',
  );
});

/** The same answer with hostile text in these members. A deployment has failed then. */
function withHostileTexts(answer: never, keys: readonly string[]): object {
  const text = JSON.stringify(answer, (key, value: unknown) => {
    if (key === 'ARN') return value;
    if (keys.includes('rolloutStateReason') && key === 'rolloutState') return 'FAILED';
    return keys.includes(key) ? `ResourceInitializationError: ${hostile}` : value;
  });
  const one = JSON.parse(text) as Record<string, unknown>;
  return keys.includes('Description') ? { ...one, Description: hostile } : one;
}

describe('the summary of a GitHub Actions step', () => {
  test('shows the reasons of AWS as they are, and not as Markdown or HTML', async () => {
    const files: Record<string, string> = {};
    const hostile =
      '<img src=x> [a](https://evil.example) `b` **c** | d\n\n# e\n$f$ @g www.evil.example &lt;\u001b[31m';
    await using between: GoBetween = await goBetween(scene.shop.sandbox.url, [
      {
        operation: 'DescribeServices',
        times: 1_000,
        rewrite: ({ services }: { services: { deployments: object[] }[] }): object => ({
          services: services.map((one) => ({
            ...one,
            deployments: one.deployments.map((deployment) => ({
              ...deployment,
              ...(between.calls.includes('UpdateService') && {
                rolloutState: 'FAILED',
                rolloutStateReason: hostile,
              }),
            })),
          })),
        }),
      },
    ]);
    const env = { GITHUB_STEP_SUMMARY: 'summary.md', ECS_SECRETS_ENDPOINT_URL: between.url };
    const seen = await scene.shop.run(rotate, { stdin: 'good-2', env, files });
    expect(seen).toMatchObject({ code: 4 });
    const rows = (files['summary.md'] ?? '')
      .split('\n')
      .filter((line) => line.startsWith('| shop'));
    expect(rows).toHaveLength(1);
    expect(rows[0]?.split('|')).toHaveLength(6);
    expect(rows[0]).toContain('&#60;img src=x&#62;');
    const withoutEntities = rows[0]?.replace(/^\||\|$| \| |&#\d+;/g, '');
    // eslint-disable-next-line no-control-regex
    expect(withoutEntities).not.toMatch(/[<>[\]`*|#$@&\u0000-\u001f]|:\/\/|www\./);
  });

  test('may be unwritable: the exit code tells of the rotation all the same', async () => {
    const setting = {
      stdin: 'bad',
      env: { GITHUB_STEP_SUMMARY: 'summary.md' },
      full: ['summary.md'],
    };
    const seen = await scene.shop.run(rotate, setting);
    expect(seen.code).toBe(4);
    expect(seen.stderr).toContain(
      'warning: cannot write summary.md: no space left on the device (GITHUB_STEP_SUMMARY)\n',
    );
    expect(seen.stderr).toContain('error: deployment failed: shop/web');
  });
});
