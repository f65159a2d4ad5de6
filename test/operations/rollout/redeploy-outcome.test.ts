import { expect, test } from 'vitest';
import { planRedeploy } from '../../../src/operations/rollout/redeploy-outcome.ts';
import { serviceAt } from '../../helpers/service.ts';
import type { Service } from '../../../src/aws/ecs-answers.ts';

test.each<
  [string, Partial<Service>, { pinned?: boolean; codeDeploy?: boolean }, RegExp | undefined]
>([
  ['the ECS controller', {}, {}, undefined],
  ['CODE_DEPLOY', { controller: 'CODE_DEPLOY' }, {}, /--codedeploy/],
  ['CODE_DEPLOY with --codedeploy', { controller: 'CODE_DEPLOY' }, { codeDeploy: true }, undefined],
  ['EXTERNAL', { controller: 'EXTERNAL' }, { codeDeploy: true }, /create a new task set/],
  ['a pinned reference only', {}, { pinned: true }, /pinned to a version/],
  ['a service that is being deleted', { status: 'DRAINING' }, {}, /is DRAINING/],
])(
  'what a redeployment does with %s',
  (_what, more, { pinned = false, codeDeploy = false }, why) => {
    const use = { container: 'web', kind: 'secrets' as const, name: 'A', valueFrom: 'x', pinned };
    const revision = { arn: 'x', status: 'ACTIVE', definition: { containerDefinitions: [] } };
    const consumer = { service: serviceAt(more), uses: [use], revision };
    const { redeploy, skipped } = planRedeploy([consumer], { codeDeploy });
    expect(redeploy).toEqual(why ? [] : [consumer]);
    expect(skipped.map((one) => one.why).join()).toMatch(why ?? /^$/);
  },
);
