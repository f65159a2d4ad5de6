import { describe, expect, test } from 'vitest';
import type { SecretDescription } from '../../../src/aws/secrets-manager.ts';
import { AwsError } from '../../../src/errors.ts';
import {
  checkRotation,
  stagesOf,
  type RotationDemands,
} from '../../../src/operations/rollout/check-rotation.ts';
import type { Holders } from '../../../src/operations/rollout/find-holders.ts';
import type { ResolvedSecret } from '../../../src/operations/secrets/resolve-references.ts';
import type { Consumer } from '../../../src/operations/usage/find-consumers.ts';
import { fakeAws, type Answers } from '../../helpers/fake-aws.ts';
import { consumerAt, deploymentAt, serviceNamed } from '../../helpers/rollout-fakes.ts';

const parameter: ResolvedSecret = {
  ...{ store: 'parameter-store', name: '/shop/db', kmsKeyId: undefined },
  arn: 'arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db',
};
const secret: ResolvedSecret = {
  ...{ store: 'secrets-manager', name: 'db', kmsKeyId: undefined },
  arn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf',
};
const web = consumerAt(serviceNamed('web', { deployments: [deploymentAt('old')] }));
const api = consumerAt(serviceNamed('api', { deployments: [deploymentAt('old')] }));
const busy = consumerAt(
  serviceNamed('busy', { deployments: [deploymentAt('new'), deploymentAt('old')] }),
);
const leaving = consumerAt(serviceNamed('leaving', { status: 'DRAINING' }));

type Redeploy = NonNullable<RotationDemands['redeploy']>;
const redeploying = (more: Partial<Redeploy> = {}): Redeploy => ({
  ...{ first: [], rollback: false, force: false, ...more },
});

/** A check of a rotation; without answers AWS may be asked nothing. */
function check(
  holders: Partial<Holders>,
  demands: Partial<RotationDemands> = {},
  answers: Answers = {},
) {
  const none = { consumers: [], unselected: [], strangers: [], standalone: [], scheduled: [] };
  const rest = { searchedEverywhere: true, otherRegions: [], unknown: [] };
  return checkRotation(
    fakeAws(answers),
    { secret: parameter, ...none, ...rest, ...holders },
    { isNamed: false, isInvoked: false, redeploy: redeploying(), ...demands },
  );
}

describe('services that are named and do not refer to the secret', () => {
  test('are all told', async () => {
    const strangers = [serviceNamed('blog'), serviceNamed('mail')];
    await expect(check({ strangers, consumers: [web] })).rejects.toMatchObject({
      code: 'not-a-consumer',
      message: 'shop/blog does not refer to /shop/db\nshop/mail does not refer to /shop/db',
      hint: 'nothing was stored; ecs-secrets where-used lists the services that do',
    });
  });

  test('to redeploy first are too', async () => {
    const first = ['web', 'blog', 'mail'].map((service) => ({ cluster: 'shop', service }));
    const told = (name: string) =>
      `--first: shop/${name} is not one of the services to redeploy for this secret`;
    await expect(
      check({ consumers: [web] }, { redeploy: redeploying({ first }) }),
    ).rejects.toMatchObject({
      code: 'not-a-consumer',
      message: `${told('blog')}\n${told('mail')}`,
    });
  });
});

describe('what is in the way', () => {
  test('is told for each service, before anything is stored', async () => {
    const inactive = { ...web, revision: { ...web.revision, status: 'INACTIVE' } };
    await expect(check({ consumers: [busy, api, inactive] })).rejects.toMatchObject({
      code: 'not-ready',
      message: [
        'shop/busy: a deployment is in progress (new)',
        'shop/web: its task definition web:1 is INACTIVE: register it again and update the service',
      ].join('\n'),
    });
  });

  test('is passed over with force', async () => {
    const demands = { redeploy: redeploying({ force: true }) };
    expect(await check({ consumers: [busy] }, demands)).toEqual({ images: [], warnings: [] });
  });

  test('is a service that cannot be deployed only where it is named', async () => {
    expect(await check({ consumers: [web, leaving] })).toEqual({ images: [], warnings: [] });
    await expect(check({ consumers: [web, leaving] }, { isNamed: true })).rejects.toMatchObject({
      code: 'not-ready',
      message: 'shop/leaving: the service is DRAINING',
    });
  });

  test('is nothing where services are only listed', async () => {
    const plan = await check(
      { consumers: [busy, leaving] },
      { isNamed: true, redeploy: undefined },
    );
    expect(plan).toEqual({ images: [], warnings: [] });
  });

  test('is a service of CodeDeploy without a deployment group', async () => {
    const shifted = consumerAt(serviceNamed('shop', { controller: 'CODE_DEPLOY' }));
    const demands = { redeploy: redeploying({ codeDeploy: true }) };
    const answers = { codeDeploy: { groups: () => Promise.resolve([]) } };
    await expect(check({ consumers: [shifted] }, demands, answers)).rejects.toMatchObject({
      code: 'no-deployment-group',
    });
  });
});

test('images by a tag that may have moved are told once each', async () => {
  const running = (consumer: Consumer, ...images: string[]): Consumer => {
    const containerDefinitions = images.map((image, index) => ({ name: `c${index}`, image }));
    return {
      ...consumer,
      revision: { ...consumer.revision, definition: { containerDefinitions } },
    };
  };
  const digest = `nginx@sha256:${'0'.repeat(64)}`;
  const consumers = [
    running(web, 'shop:latest', digest),
    running(api, 'shop:latest', 'api', 'api:v2'),
  ];
  const { images } = await check({ consumers });
  expect(images).toEqual(['shop:latest', 'api']);
});

describe('a parameter whose old value may not be read', () => {
  const reading = (answer: () => Promise<undefined>): Answers => ({
    parameterStore: (region) => {
      expect(region).toBe('eu-west-1');
      return {
        read: (name) => {
          expect(name).toBe('/shop/db');
          return answer();
        },
      };
    },
  });
  const denied = () => Promise.reject(new AwsError('access-denied', 'no ssm:GetParameter'));
  const rollback = { redeploy: redeploying({ rollback: true }) };

  test('cannot be put back, which is told where it would be', async () => {
    const { warnings } = await check({ consumers: [web] }, rollback, reading(denied));
    expect(warnings).toEqual([
      'the value of /shop/db cannot be read, so it cannot be put back if a deployment fails: no ssm:GetParameter',
    ]);
    // Nobody reads it where nothing is put back.
    expect((await check({ consumers: [web] })).warnings).toEqual([]);
  });

  test('is no warning where it may be read, and any other fault is one', async () => {
    const readable = reading(() => Promise.resolve(undefined));
    expect((await check({ consumers: [web] }, rollback, readable)).warnings).toEqual([]);
    const failing = reading(() => Promise.reject(new AwsError('throttled', 'Rate exceeded')));
    await expect(check({ consumers: [web] }, rollback, failing)).rejects.toThrow('Rate exceeded');
  });
});

describe('a secret with a rotation function', () => {
  const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:rotate-db';
  const described = (found: Partial<SecretDescription> | undefined): Answers => ({
    secretsManager: (region) => {
      expect(region).toBe('eu-west-1');
      return {
        describe: (arn) => {
          expect(arn).toBe(secret.arn);
          return Promise.resolve(found as SecretDescription | undefined);
        },
      };
    },
  });
  const rotating = described({ name: 'db', rotation: { enabled: true, functionArn } });

  test.each([
    ['a redeployment', redeploying({ rollback: true })],
    ['a list of services', undefined],
  ])('is warned of before a value is stored by hand, with %s', async (_what, redeploy) => {
    const { warnings } = await check({ secret, consumers: [web] }, { redeploy }, rotating);
    expect(warnings).toEqual([
      expect.stringContaining('sm:db has the rotation function rotate-db'),
    ]);
  });

  test('is not where the function makes the value, or there is none', async () => {
    // It is not even asked for.
    const invoked = await check({ secret, consumers: [web] }, { isInvoked: true });
    expect(invoked.warnings).toEqual([]);
    for (const found of [{ name: 'db' }, undefined]) {
      const plan = await check({ secret, consumers: [web] }, {}, described(found));
      expect(plan.warnings).toEqual([]);
    }
  });
});

describe('the order of a redeployment', () => {
  const names = (stages: Consumer[][]) =>
    stages.map((stage) => stage.map(({ service }) => service.name));

  test('has the services to redeploy first in a stage of their own', () => {
    const first = [{ cluster: 'shop', service: 'api' }];
    expect(names(stagesOf([web, api, busy], first))).toEqual([['api'], ['web', 'busy']]);
    const cluster = 'arn:aws:ecs:us-east-1:123456789012:cluster/shop';
    expect(names(stagesOf([web, api], [{ cluster, service: 'api' }]))).toEqual([['api'], ['web']]);
  });

  test('has no stage without a service', () => {
    expect(names(stagesOf([web, api], []))).toEqual([['web', 'api']]);
    expect(names(stagesOf([web], [{ cluster: 'shop', service: 'web' }]))).toEqual([['web']]);
    expect(stagesOf([], [])).toEqual([]);
  });
});
