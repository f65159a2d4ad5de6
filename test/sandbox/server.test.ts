import { request } from 'node:http';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { parseQueryBody, queryBody } from '../../src/sandbox/protocol/query.ts';
import { errorOf, openScene } from './clients.ts';

function send(
  url: string,
  headers: Record<string, string>,
  body = '',
  method = 'POST',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const signed = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/ssm/aws4_request, SignedHeaders=host, Signature=0',
};

describe('the server', () => {
  it('says where it is and who the caller is', async () => {
    await using scene = await openScene({ region: 'cn-north-1' });
    expect(scene.sandbox.environment).toMatchObject({
      AWS_ENDPOINT_URL: scene.sandbox.url,
      AWS_REGION: 'cn-north-1',
    });
    expect(await scene.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws-cn:iam::123456789012:user/sandbox',
    });
  });

  it('answers to its own name only', async () => {
    await using scene = await openScene();
    const { url } = scene.sandbox;
    const { port } = new URL(url);
    expect(await send(url, { host: `evil.example:${port}`, ...signed })).toMatchObject({
      status: 403,
    });
    expect(await send(url, { host: '127.0.0.1' })).toMatchObject({ status: 403 });
    const health = `${url}/_sandbox/health`;
    expect(await send(health, { host: `localhost:${port}` }, '', 'GET')).toEqual({
      status: 200,
      text: '{"status":"ok"}',
    });
  });

  it('wants a signature, a body that can be read and no more than 1 MiB', async () => {
    await using scene = await openScene();
    const { url } = scene.sandbox;
    const target = { 'x-amz-target': 'AmazonSSM.PutParameter' };
    expect(await send(url, target, '{}')).toEqual({
      status: 400,
      text: '{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}',
    });
    expect((await send(url, {}, 'Action=GetRole&Version=2010-05-08')).text).toContain(
      '<Code>MissingAuthenticationToken</Code>',
    );
    expect((await send(url, { ...target, ...signed }, '[1]')).text).toContain(
      'SerializationException',
    );
    expect(await send(url, { ...target, ...signed }, 'x'.repeat(1024 * 1024 + 1))).toMatchObject({
      status: 413,
    });
    expect(await send(url, signed, '', 'GET')).toMatchObject({ status: 405 });
  });

  it('names what it does not have', async () => {
    await using scene = await openScene();
    const { url } = scene.sandbox;
    const ask = async (target: string): Promise<string> =>
      (await send(url, { ...signed, 'x-amz-target': target }, '{}')).text;
    expect(await ask('AmazonSSM.ListDocuments')).toBe(
      '{"__type":"NotInSandbox","message":"ssm:ListDocuments is not supported by the sandbox"}',
    );
    expect(await ask('DynamoDB_20120810.ListTables')).toContain(
      'DynamoDB_20120810:ListTables is not supported by the sandbox',
    );
    expect(await ask('AmazonSSM.constructor')).toContain(
      'ssm:constructor is not supported by the sandbox',
    );
    expect((await send(url, signed, 'Action=AssumeRole&Version=2011-06-15')).text).toContain(
      'NotInSandbox',
    );
  });

  it('does not let HTTP reach the operations for the sandbox alone', async () => {
    await using scene = await openScene();
    const sts = { authorization: signed.authorization.replace('/ssm/', '/sts/') };
    const answer = await send(
      scene.sandbox.url,
      sts,
      'Action=AssumeRoleForService&Version=2011-06-15',
    );
    expect(answer.text).toContain('sts:AssumeRoleForService is not supported by the sandbox');
  });

  it('keeps regions apart and remembers calls without what was in them', async () => {
    const lines: string[] = [];
    await using scene = await openScene({ log: (line) => lines.push(line), now: () => 0 });
    await scene.ssm.send(
      new PutParameterCommand({ Name: 'a', Value: 'do-not-show-me', Type: 'SecureString' }),
    );
    const elsewhere = new SSMClient({
      endpoint: scene.sandbox.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    expect((await errorOf(elsewhere.send(new GetParameterCommand({ Name: 'a' })))).name).toBe(
      'ParameterNotFound',
    );
    await scene.iam.send(new ListRolesCommand({}));

    expect(lines).toEqual(['ssm PutParameter 200', 'ssm GetParameter 400', 'iam ListRoles 200']);
    const { text } = await send(`${scene.sandbox.url}/_sandbox/calls`, {}, '', 'GET');
    const at = new Date(0).toISOString();
    expect(JSON.parse(text)).toEqual([
      { service: 'ssm', operation: 'PutParameter', region: 'us-east-1', at },
      { service: 'ssm', operation: 'GetParameter', region: 'eu-west-1', at },
      { service: 'iam', operation: 'ListRoles', region: 'us-east-1', at },
    ]);
    expect(text + lines.join()).not.toContain('do-not-show-me');
  });

  it('knows no environment of a task that is not there', async () => {
    await using scene = await openScene();
    const path = `${scene.sandbox.url}/_sandbox/tasks/${encodeURIComponent('arn:aws:ecs:x:1:task/a/b')}/environment`;
    expect(await send(path, {}, '', 'GET')).toMatchObject({ status: 404 });
  });

  it('injects faults and throttles as asked', async () => {
    let now = 0;
    await using scene = await openScene({
      now: () => now,
      faults: [
        {
          service: 'ssm',
          operation: 'GetParameter',
          code: 'InternalServerError',
          status: 500,
          times: 1,
        },
      ],
      throttle: [{ service: 'ssm', operations: ['PutParameter'], perSecond: 2 }],
    });
    const get = () => scene.ssm.send(new GetParameterCommand({ Name: 'p' }));
    const put = () =>
      scene.ssm.send(
        new PutParameterCommand({ Name: 'p', Value: 'v', Type: 'String', Overwrite: true }),
      );
    expect((await errorOf(get())).name).toBe('InternalServerError');
    expect((await errorOf(get())).name).toBe('ParameterNotFound');
    await put();
    await put();
    expect(await errorOf(put())).toEqual({ name: 'ThrottlingException', message: 'Rate exceeded' });
    now += 500;
    await put();
    expect((await errorOf(put())).name).toBe('ThrottlingException');
  });

  it('ends its connections when it is closed', async () => {
    const scene = await openScene();
    await scene.sts.send(new GetCallerIdentityCommand({}));
    await scene.sandbox.close();
    await expect(scene.sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
  });
});

describe('the Query protocol', () => {
  it('reads lists and structures', () => {
    const body =
      'Action=A&Version=1&Name=n&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=&Empty=';
    expect(parseQueryBody(body)).toEqual({
      operation: 'A',
      version: '1',
      input: { Name: 'n', Tags: [{ Key: 'a', Value: '' }, { Key: 'b' }], Empty: '' },
    });
  });

  it('refuses names that nest without end, repeat or clash', () => {
    expect(parseQueryBody(`Action=A&${'a.'.repeat(100_000)}a=1`)).toBeUndefined();
    expect(parseQueryBody('Action=A&a=1&a=2')).toBeUndefined();
    expect(parseQueryBody('Action=A&a=1&a.b=2')).toBeUndefined();
    expect(parseQueryBody('Name=a')).toBeUndefined();
  });

  it('writes XML that holds any text', () => {
    const result = { Text: `<a & "b">\u0001`, List: [{ Key: 'k' }], Empty: [], None: undefined };
    expect(queryBody('iam', 'Do', result, 'id')).toBe(
      '<DoResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><DoResult>' +
        '<Text>&lt;a &amp; &quot;b&quot;&gt;\ufffd</Text><List><member><Key>k</Key></member></List><Empty></Empty>' +
        '</DoResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DoResponse>\n',
    );
  });
});
