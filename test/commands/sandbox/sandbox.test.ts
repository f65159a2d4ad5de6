import { expect, test } from 'vitest';
import { run, runBin } from '../../helpers/run.ts';

/** Calls PutParameter without a client that would try again; prints the answer or the error. */
const put = `
  const endpoint = process.env.AWS_ENDPOINT_URL;
  fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/ssm/aws4_request, Signature=0',
      'x-amz-target': 'AmazonSSM.PutParameter',
    },
    body: JSON.stringify({ Name: 'p', Value: 'v', Type: 'String' }),
  }).then((answer) => answer.text()).catch((error) => error.cause.code).then(console.log);
`;

test.each([
  ['ssm:PutParameter=Busy', '{"__type":"Busy","message":"Injected by the sandbox"}'],
  ['*:*=lost', 'ECONNRESET'],
  ['*:PutParameter=late1ms', '{"Version":1,"Tier":"Standard"}'],
  ['ssm:*=lag60000ms', '{"Version":1,"Tier":"Standard"}'],
  ['ssm:*=lost@0%', '{"Version":1,"Tier":"Standard"}'],
])('--fault %s', async (fault, answer) => {
  const seen = await runBin(['sandbox', '--fault', fault, '--', process.execPath, '-e', put]);
  expect(seen).toEqual({ code: 0, stdout: `${answer}\n`, stderr: '' });
});

test('says what is wrong with all faults and rates at once', async () => {
  const faults = [
    'ssm:PutParameter',
    'ssm:PutParameter=lost@200%',
    'ssm:PutParameter=late 5',
    'ssm:PutParameter=lag5ms',
    'kms:ListKeys=lag5ms',
  ];
  const options = faults.flatMap((fault) => ['--fault', fault]);
  const seen = await run(['sandbox', ...options, '--rate', 'ssm:PutParameter=0', '--', 'true']);
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  for (const text of [
    '"ssm:PutParameter=0" has no rate above 0',
    '"ssm:PutParameter" is not written like ssm:PutParameter=ThrottlingException@10%',
    '"lost@200%" is not CODE, lost, late500ms or lag500ms, with or without @10%',
    '"late 5" is not CODE, lost, late500ms or lag500ms, with or without @10%',
    '"ssm:PutParameter=lag5ms": only reads (Describe…, Get…, List…) of ecs, iam, secretsmanager, ssm can lag',
    '"kms:ListKeys=lag5ms": only reads',
  ]) {
    expect(seen.stderr).toContain(text);
  }
});

test('--deploy-time takes a duration', async () => {
  const seen = await run(['sandbox', '--deploy-time', '5', '--', 'true']);
  expect(seen).toMatchObject({ code: 2, stdout: '' });
  expect(seen.stderr).toContain('--deploy-time: "5" has no unit; write 5s or 5m');
  const quick = ['sandbox', '--deploy-time', '20ms', '--', process.execPath, '-e', put];
  expect((await runBin(quick)).code).toBe(0);
});

test('--json prints the address and the variables of a sandbox without a program', async () => {
  const seen = await run(['sandbox', '--json'], { interrupted: AbortSignal.abort() });
  expect(seen.code).toBe(0);
  const { url, environment } = JSON.parse(seen.stdout) as Record<string, unknown>;
  expect(environment).toMatchObject({ AWS_ENDPOINT_URL: url });
});
