import { describe, expect, test } from 'vitest';
import { definitionNamedBy } from '../../../src/model/failures/named-definition.ts';
import { pastedReasons } from '../../../src/model/failures/pasted-reasons.ts';
import { unwrap } from '../../../src/model/failures/unwrap.ts';

const missing =
  'ResourceInitializationError: unable to retrieve secrets from ssm: invalid parameters: /shop/db';
const denied =
  'AccessDeniedException: User: x is not authorized to perform: ssm:GetParameters on resource: y';
const json = (value: unknown): string => JSON.stringify(value, null, 2);
const textsOf = (pasted: string): string[] => pastedReasons(pasted).map(({ text }) => text);

describe('the reasons in a text', () => {
  const texts: [string, string, string[]][] = [
    ['a sentence', missing, [missing]],
    ['with blanks around it', `\n\n  ${missing}\t\n`, [missing]],
    ['broken over lines', missing.replace(' secrets ', '\n  secrets\n'), [missing]],
    ['broken as on Windows', missing.replace(' secrets ', '\r\nsecrets '), [missing]],
    ['paragraphs', `${missing}\n\n${denied}`, [missing, denied]],
    ['paragraphs as on Windows', `${missing}\r\n\r\n${denied}`, [missing, denied]],
    ['lines of which each tells a failure', `${missing}\n${denied}`, [missing, denied]],
    ['the same twice', `${missing}\n\n${missing}`, [missing]],
    [
      'the same of two tasks',
      `${missing}, request id: 1e7a743d-d22c-4341-93bd-14bac53e5788\n\n${missing}, request id: 2e7a743d-d22c-4341-93bd-14bac53e5788`,
      [`${missing}, request id: 2e7a743d-d22c-4341-93bd-14bac53e5788`],
    ],
    ['a list', `- ${missing}\n- ${denied}`, [`- ${missing}`, `- ${denied}`]],
    [
      'lines that wrap one that tells two failures',
      'The task cannot pull registry auth from Amazon ECR\nThere is a connection issue between the task and Amazon CloudWatch',
      [
        'The task cannot pull registry auth from Amazon ECR There is a connection issue between the task and Amazon CloudWatch',
      ],
    ],
    ['of a task that was stopped from outside', 'Your Spot Task was\ninterrupted.', []],
    ['what no row knows', 'strange\nthings', ['strange things']],
    ['a word of JSON', '"strange"', ['"strange"']],
    ['a number', '42', ['42']],
    ['broken JSON', '{"stoppedReason": ', ['{"stoppedReason":']],
    ['nothing', '', []],
    ['blanks', ' \n\n ', []],
  ];

  test.each(texts)('%s', (_what, text, reasons) => {
    expect(textsOf(text)).toEqual(reasons);
  });

  const documents: [string, unknown, string[]][] = [
    ['a task', { tasks: [{ stopCode: 'TaskFailedToStart', stoppedReason: missing }] }, [missing]],
    [
      'a task and its containers',
      {
        tasks: [
          { stoppedReason: 'Task failed to start', containers: [{ name: 'a', reason: denied }] },
        ],
      },
      ['Task failed to start', denied],
    ],
    ['a task of its own', { stoppedReason: missing }, [missing]],
    ['a list', [missing, denied].map((stoppedReason) => ({ stoppedReason })), [missing, denied]],
    ['a task that a user stopped', { stopCode: 'UserInitiated', stoppedReason: 'no more' }, []],
    [
      'a task that scaling in stopped',
      { stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Scaling activity initiated by x' },
      [],
    ],
    [
      'tasks that the infrastructure stopped',
      {
        tasks: [
          { stopCode: 'SpotInterruption', stoppedReason: 'no more Spot' },
          { stopCode: 'TerminationNotice', stoppedReason: 'Host EC2 (instance i-0) terminated.' },
          { stopCode: 'InfrastructureHealth', stoppedReason: 'x' },
          { stoppedReason: 'Your Spot Task was interrupted.' },
        ],
      },
      [],
    ],
    [
      'a task that failed its health checks',
      {
        stopCode: 'ServiceSchedulerInitiated',
        stoppedReason: 'Task failed container health checks',
      },
      ['Task failed container health checks'],
    ],
    [
      'a deployment that failed for a reason that no row knows',
      { deployments: [{ rolloutState: 'FAILED', rolloutStateReason: 'strange' }] },
      ['strange'],
    ],
    [
      'deployments that went well',
      {
        deployments: [
          { rolloutState: 'COMPLETED', rolloutStateReason: 'ECS deployment x completed.' },
        ],
      },
      [],
    ],
    ['a service deployment', { status: 'ROLLBACK_FAILED', statusReason: 'strange' }, ['strange']],
    ['one that went well', { status: 'SUCCESSFUL', statusReason: 'fine' }, []],
    [
      'events',
      {
        events: [
          { message: '(service web) has reached a steady state.' },
          { message: `(service web) ${missing}` },
        ],
      },
      [`(service web) ${missing}`],
    ],
    [
      'failures of RunTask',
      { failures: [{ arn: 'x', reason: 'RESOURCE:MEMORY' }] },
      ['RESOURCE:MEMORY'],
    ],
    ['what has no reasons', { tasks: [], failures: null }, []],
  ];

  test.each(documents)('of JSON: %s', (_what, document, reasons) => {
    expect(textsOf(json(document))).toEqual(reasons);
  });
});

describe('what a text refers to', () => {
  const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/api-AbCdEf';
  const parameter = 'arn:aws-cn:ssm:cn-north-1:123456789012:parameter/shop/db';
  const role = 'arn:aws:iam::123456789012:role/shop-execution';
  const here = { partition: 'aws', region: 'us-east-1', account: '123456789012' };
  const named: [string, { role?: string; references?: string[] }][] = [
    ['nothing', {}],
    [missing, { references: ['/shop/db'] }],
    [
      'SSM Parameter Store in eu-west-1: invalid parameters: /shop/db',
      { references: ['arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db'] },
    ],
    [
      'arn:aws:sts::210987654321:assumed-role/other/0123 is not authorized',
      { role: 'arn:aws:iam::210987654321:role/other' },
    ],
    ['invalid ssm parameters: a, /b/c: rest', { references: ['a', '/b/c'] }],
    ['invalid parameters: /a,/b.', { references: ['/a', '/b'] }],
    [`secret ${secret}.`, { references: [secret] }],
    [`"${secret}:user::" and ${secret}: x`, { references: [`${secret}:user::`, secret] }],
    [`twice ${secret} ${secret}`, { references: [secret] }],
    [`on resource: ${parameter} because`, { references: [parameter] }],
    [`unable to assume the role '${role}'. Verify`, { role }],
    [
      `arn:aws:sts::123456789012:assumed-role/shop-execution/0123 is not authorized on ${secret}`,
      { role: 'shop-execution', references: [secret] },
    ],
  ];

  test.each(named)('%s', (text, { role: wanted, references = [] }) => {
    const { definition, hasCutNames } = definitionNamedBy(unwrap([text]), here);
    const { executionRoleArn, containerDefinitions } = definition;
    expect(hasCutNames).toBe(false);
    expect(executionRoleArn).toBe(wanted);
    const secrets = containerDefinitions[0]?.secrets ?? [];
    expect(secrets.map(({ valueFrom }) => valueFrom)).toEqual(references);
    expect(new Set(secrets.map(({ name }) => name)).size).toBe(references.length);
  });
});
