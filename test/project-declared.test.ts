import { describe, expect, test } from 'vitest';
import { run, type Seen } from './helpers/run.ts';

// The declared secrets of a project file that is wrong, or written by somebody hostile. Nothing is called,
// and no message has what a member holds.
const mark = 'MARKED-value';

/** The mistakes of a file. */
async function problems(text: string): Promise<string> {
  const seen = await run(['check'], { files: { '.ecs-secrets.json': text } });
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  expect(seen.stderr).not.toContain(mark);
  return seen.stderr;
}

const declaring = (secrets: unknown, environments?: unknown): string =>
  JSON.stringify({ ...(environments === undefined ? {} : { environments }), secrets });
const secret = (member: object, environments?: unknown): string =>
  declaring({ DB: { from: '/shop/db', ...member } }, environments);

describe('mistakes name their path in the file', () => {
  test.each<[string, string]>([
    [declaring([]), 'secrets must be an object'],
    [
      declaring({ DB: mark }),
      'secrets.DB must be a reference: /path/NAME, ssm:NAME, sm:NAME[:KEY]',
    ],
    [declaring({ DB: 'hunter2' }), 'Do not put a value in this file'],
    [declaring({ DB: 3 }), 'secrets.DB must be a reference, or an object with "from"'],
    [declaring({ DB: {} }), 'secrets.DB.from must be a reference'],
    [declaring({ DB: { from: `${mark} x` } }), 'secrets.DB.from must be a reference'],
    [declaring({ '1X': '/shop/db' }), 'secrets.1X must be the name of a variable'],
    [declaring({ 'A B; rm': '/shop/db' }), 'secrets["A B; rm"] must be the name of a variable'],
    [declaring({ DB: '/shop//db' }), 'secrets.DB is not a valid reference\n'],
    [declaring({ DB: '/aws/service/x' }), 'secrets.DB is a parameter that AWS provides'],
    [
      declaring({ DB: '/shop/{env}/db' }),
      'secrets.DB has {env}, and the file has no "environments"',
    ],
    [
      declaring({ DB: '/{team}/db' }, ['a']),
      'secrets.DB has {team}, which environments.a does not set',
    ],
    [
      declaring({ DB: '/{toString}/db' }, ['a']),
      'has {toString}, which environments.a does not set',
    ],
    [declaring({ DB: '/{env/db' }, ['a']), 'secrets.DB must be a reference'],
    [secret({ required: mark }), 'secrets.DB.required must be true or false'],
    [
      secret({ container: ['web', mark + '!'] }),
      'secrets.DB.container[1] must be the name of a container',
    ],
    [
      secret({ environments: ['b'] }, ['a']),
      'secrets.DB.environments names "b", which is not declared',
    ],
    [secret({ environments: { a: mark } }, ['a']), 'secrets.DB.environments.a must be a reference'],
    [
      secret({ environments: { a: { form: '/x' } } }, ['a']),
      'secrets.DB.environments.a.form is not a member\n',
    ],
    [
      secret({ environments: { a: { from: '/{b}' } } }, ['a']),
      'secrets.DB.environments.a.from has {b}',
    ],
    [declaring({}, ['a', 'a']), ''],
    [declaring({ DB: '/shop//{env}' }, ['a']), 'is not a valid reference in the environment a\n'],
    [declaring({ DB: '/x' }, []), 'environments names no environment'],
    [declaring({ DB: '/x' }, {}), 'environments names no environment'],
    [secret({ environments: [] }, ['a']), 'secrets.DB.environments names no environment'],
    [declaring({ DB: '/x' }, ['a', 'a']), 'environments lists a name twice'],
    [declaring({ DB: '/x' }, ['a/b']), 'environments[0] must be the name of an environment'],
    [
      declaring({ DB: '/x' }, { a: { env: '../b' } }),
      'environments.a.env must be a part of a name',
    ],
    [declaring({ DB: '/x' }, { a: mark }), 'environments.a must be an object'],
  ])('%s', async (text, message) => {
    expect(await problems(text)).toContain(message);
  });

  test('with line and column, and all at once', async () => {
    const told = await problems(
      [
        '{',
        '  "secrets": {',
        '    "A": "a value",',
        '    "B": { "from": "/b", "requierd": true },',
        '    "C": { "from": "/c", "container": ["ok", "not ok"] },',
        '  },',
        '}',
      ].join('\n'),
    );
    expect(told).toContain('.ecs-secrets.json:3:5: secrets.A must be');
    expect(told).toContain(
      '.ecs-secrets.json:4:26: secrets.B.requierd is not a member; did you mean "required"?',
    );
    expect(told).toContain('.ecs-secrets.json:5:46: secrets.C.container[1] must be');
    expect(told.match(/^error: /gm)).toHaveLength(3);
  });

  test.each(['default', 'value', 'defaultValue'])('no %s', async (name) => {
    const told = await problems(secret({ [name]: mark }));
    expect(told).toContain(`secrets.DB.${name} is not a member: a value in this file is readable`);
    expect(told).toContain('"required": false');
  });
});

describe('hostile files', () => {
  test.each([
    ['{"secrets": {"A": "/a", "A": "/b"}}', ':1:25: "A" is listed twice'],
    ['{"secrets": {"A": {"from": "/a", "from": "/b"}}}', ':1:34: "from" is listed twice'],
    ['{"secrets": {"__proto__": "/a"}}', ':1:14: "__proto__" is not a member'],
    [
      '{"secrets": {"A": {"from": "/a", "__proto__": {"required": false}}}}',
      '"__proto__" is not a member',
    ],
    ['{"environments": {"__proto__": {}}, "secrets": {"A": "/a"}}', '"__proto__" is not a member'],
    [`{"secrets": ${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`, 'nested deeper than'],
    [
      `{"secrets": {"A": {"from": "/a", "environments": ${'['.repeat(150)}${']'.repeat(150)}}}}`,
      'must be',
    ],
    [declaring({ A: `/${'a'.repeat(5_000)}` }), 'is not a valid reference'],
    [declaring({ A: '/x' }, ['prod; rm -rf ~', '$(id)', "a'b", '-x', '']), 'environments[4]'],
  ])('%.60s', async (text, message) => {
    expect(await problems(text)).toContain(message);
  });

  test('names of objects are names of environments and variables like others', async () => {
    const text = declaring({ constructor: '/{toString}/x' }, { valueOf: { toString: 'a' } });
    const files = { '.ecs-secrets.json': text };
    const list = (): Promise<Seen> =>
      run(['__complete', 'fish', 'check', '--environment', ''], { files });
    expect((await list()).stdout).toBe('\nvalueOf\tenvironment\n');
  });

  test('completion of a file that is wrong has no names', async () => {
    const files = { '.ecs-secrets.json': declaring({ A: 'x' }, ['prod']) };
    const seen = await run(['__complete', 'fish', 'exec', '--environment', ''], { files });
    expect(seen).toMatchObject({ stdout: '\n', stderr: '' });
  });

  test('10,000 secrets in 50 environments are read in linear time', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `e${index}`);
    const secrets = Array.from({ length: 200 }, (_, index) => [`V${index}`, `/{env}/${index}/x`]);
    const text = declaring({ ...Object.fromEntries(secrets), BAD: '/{x}' }, names);
    const told = await problems(text);
    expect(told).toContain('secrets.BAD has {x}, which environments.e0 does not set');
    expect(told.match(/^error: /gm)).toHaveLength(1);
  });
});
