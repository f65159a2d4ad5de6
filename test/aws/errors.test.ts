import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { translateError } from '../../src/aws/calls/translate-error.ts';
import { awsAt } from '../helpers/aws-at.ts';
import { createKnownValues } from '../../src/aws/calls/known-values.ts';
import { CliError } from '../../src/errors.ts';
import { run } from '../helpers/run.ts';
import { openShop } from '../helpers/scene.ts';

const call = { action: 'ssm:PutParameter', values: createKnownValues() };
call.values.add('hunter2');

/** An error as the SDK throws it for an answer of a service. */
function answer(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), {
    name,
    $fault: 'client',
    $metadata: { httpStatusCode },
  });
}

test('an answer that is cut off is not quoted', async () => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end('{"taskDefinition": hunter2');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoint = ['--endpoint-url', `http://127.0.0.1:${port}`];
  for (const argv of [
    ['get', '/shop/db'],
    ['register', '--family', 'web'],
    ['role', 'show', 'r'],
  ]) {
    const seen = await run([...argv, ...endpoint, '--debug']);
    expect(seen.stderr).toMatch(/error: the answer to \w+:\w+ cannot be read/);
    expect(seen.stderr).not.toMatch(/hunt/);
  }
  server.close();
});

test.each([
  [
    'an expired token',
    answer('ExpiredTokenException', 'The security token is expired'),
    'expired-credentials',
    /have expired/,
    /aws sso login/,
  ],
  [
    'credentials AWS does not know',
    answer('UnrecognizedClientException', 'The security token is invalid'),
    'invalid-credentials',
    /does not accept/,
    /belong together/,
  ],
  ['no region', new Error('Region is missing'), 'no-region', /no AWS region/, /--region/],
  [
    'throttling',
    answer('ThrottlingException', 'Rate exceeded'),
    'throttled',
    /limits the rate of ssm:PutParameter/,
    /again in a minute/,
  ],
  [
    'a server fault',
    answer('InternalServerError', 'oops', 500),
    'aws-failed',
    /AWS returned an error for ssm:PutParameter: oops/,
    /again/,
  ],
  [
    'a refused connection',
    Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
    'unreachable',
    /refused \(ECONNREFUSED\)/,
    /--endpoint-url/,
  ],
  [
    'refused on every address',
    Object.assign(new Error(''), { name: 'AggregateError', errors: [{ code: 'ECONNREFUSED' }] }),
    'unreachable',
    /refused/,
    /network/,
  ],
  [
    'an unknown host',
    Object.assign(new Error('x'), { code: 'ENOTFOUND' }),
    'unreachable',
    /was not found/,
    /--region/,
  ],
  [
    'an untrusted certificate',
    Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
    'unreachable',
    /SELF_SIGNED/,
    /AWS_CA_BUNDLE/,
  ],
  [
    'a file that is missing, which is no fault of the network',
    Object.assign(new Error('x'), { code: 'ENOENT' }),
    'system-error',
    /ssm:PutParameter failed on this machine \(ENOENT\)/,
    undefined,
  ],
  [
    'too many open files',
    Object.assign(new Error('x'), { code: 'EMFILE' }),
    'too-many-files',
    /too many open files/,
    /ulimit/,
  ],
  [
    'something AWS says',
    answer('ParameterLimitExceeded', 'You have too many'),
    'parameter-limit-exceeded',
    /^You have too many$/,
    undefined,
  ],
  [
    'something AWS says without words',
    answer('ParameterNotFound', ''),
    'parameter-not-found',
    /ssm:PutParameter: ParameterNotFound/,
    undefined,
  ],
  [
    'a defect of ours',
    new TypeError('x is not a function'),
    'internal',
    /x is not a function/,
    /defect/,
  ],
])('%s is told in the user’s terms', (_what, thrown, code, message, hint) => {
  const error = translateError(thrown, call);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
  if (hint) expect(error.hint).toMatch(hint);
  else expect(error.hint).toBeUndefined();
});

test('access denied names action, resource and caller, and the policy to change', () => {
  const text =
    'User: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to perform: ssm:PutParameter on resource: arn:aws:ssm:us-east-1:123456789012:parameter/a because no identity-based policy allows the ssm:PutParameter action';
  const error = translateError(answer('AccessDeniedException', text), call);
  expect(error.code).toBe('access-denied');
  expect(error.message).toBe(
    'access denied: ssm:PutParameter on arn:aws:ssm:us-east-1:123456789012:parameter/a, as arn:aws:sts::123456789012:assumed-role/ci/x',
  );
  expect(error.hint).toContain(
    "allow ssm:PutParameter on arn:aws:ssm:us-east-1:123456789012:parameter/a in the caller's policy",
  );
  const denied = translateError(
    answer('AccessDenied', `${text} with an explicit deny in a service control policy`),
    call,
  );
  expect(denied.hint).toContain('service control policies');
});

test('a value that AWS quotes is taken out, and an own error passes', () => {
  expect(
    translateError(answer('ValidationException', "Value 'hunter2' is bad"), call).message,
  ).toBe("Value '[secret value]' is bad");
  const own = new CliError('x', 'y');
  expect(translateError(own, call)).toBe(own);
});

test('an endpoint that nobody serves is told as such, soon', async () => {
  const shop = await openShop();
  await shop.sandbox.close();
  const env = { ECS_SECRETS_ENDPOINT_URL: shop.sandbox.url };
  const seen = await run(['put', '/a'], { stdin: 'x', env });
  expect(seen.code).toBe(1);
  expect(seen.stderr).toContain(
    'error: cannot reach AWS for ssm:GetParameter: the connection was refused',
  );
});

test('passing throttling is met by trying again', async () => {
  const shop = await openShop();
  shop.sandbox.inject({
    service: 'ssm',
    operation: 'PutParameter',
    code: 'ThrottlingException',
    times: 2,
  });
  const seen = await shop.run(['put', '/a', '--debug'], { stdin: 'x' });
  await shop.sandbox.close();
  expect(seen.code).toBe(0);
  expect(seen.stderr).toContain('ssm:PutParameter ok');
  expect(seen.stderr).toContain('3 attempts');
});

test('a gateway is made once for a region', async () => {
  const aws = awsAt('http://127.0.0.1:1');
  expect(await aws.parameterStore()).toBe(await aws.parameterStore());
  expect(await aws.parameterStore('eu-west-1')).not.toBe(await aws.parameterStore());
});
