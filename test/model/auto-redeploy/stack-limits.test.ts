// It has no types.
// @ts-expect-error asl-validator
import untyped from 'asl-validator';
import { expect, test } from 'vitest';
import type { AutoRedeployOptions } from '../../../src/model/auto-redeploy/options.ts';
import { stackLimits } from '../../../src/model/auto-redeploy/stack-limits.ts';
import { autoRedeployStack } from '../../../src/model/auto-redeploy/stack.ts';

const validate = untyped as (definition: object) => { errors: unknown[] };
const stack = (options: Partial<AutoRedeployOptions> = {}) =>
  autoRedeployStack({
    ...{ name: 'auto', prefixes: [], secrets: [], clusters: [], window: 60 },
    ...{ rollback: true, reconcile: 3600, maxFailures: 0, distributed: true },
    ...options,
  });
const names = (count: number, of: string) =>
  Array.from({ length: count }, (_, index) => `${of}-${index}`);

/** A service of this name is as long as most are. */
const service = 'payment-notifications-worker';
const list = (clusters: number, services: number) =>
  Object.fromEntries(
    names(clusters, 'production').map((cluster) => [cluster, names(services, service)]),
  );

test('a list of 10,000 services fits, in parts that a state can pass on', () => {
  const template = stack({ services: list(10, 1000) });
  expect(stackLimits(template)).toEqual([]);
  const definition = JSON.parse(
    String(template.Resources.StateMachine?.Properties.DefinitionString),
  ) as { States: Record<string, { Output?: { calls?: { services: string[] }[] } }> };
  expect(validate(definition).errors).toEqual([]);
  const parts = Object.values(definition.States).flatMap(({ Output }) => Output?.calls ?? []);
  expect(parts.flatMap(({ services }) => services)).toHaveLength(10_000);
  for (const { Output } of Object.values(definition.States)) {
    expect(JSON.stringify(Output ?? '').length).toBeLessThan(100_000);
  }
});

test('the policy names the services of a short list, and patterns for a long one', () => {
  const resources = (options: Partial<AutoRedeployOptions>): string => {
    const [policy] = stack(options).Resources.MachineRole?.Properties.Policies as {
      PolicyDocument: { Statement: { Sid: string; Resource: unknown }[] };
    }[];
    const statements = policy?.PolicyDocument.Statement ?? [];
    return JSON.stringify(statements.find(({ Sid }) => Sid === 'RedeployServices')?.Resource);
  };
  expect(resources({ services: list(1, 2) })).toContain(`service/production-0/${service}-1"`);
  expect(resources({ services: list(2, 200) })).toContain('service/production-1/*"');
  expect(resources({ services: list(500, 1) })).toMatch(/:service\/\*"\}\]$/);
  expect(resources({ clusters: names(500, 'c') })).toMatch(/:service\/\*"\}\]$/);
});

test('what AWS would refuse is refused before anything is created', () => {
  expect(stackLimits(stack())).toEqual([]);
  const many = names(100, 'shop/database-credentials').map((name) => ({
    store: 'secrets-manager' as const,
    name,
  }));
  expect(stackLimits(stack({ secrets: many }))).toEqual([
    expect.stringMatching(/^a role policy has \d+ bytes; AWS accepts 10240: use --prefix/),
    expect.stringMatching(/^an event pattern has \d+ bytes; AWS accepts 2048: use --prefix/),
  ]);
  expect(stackLimits(stack({ services: list(40, 1000) }))).toEqual([
    expect.stringMatching(/^the state machine has \d+ bytes; AWS accepts 1048576: narrow/),
    expect.stringMatching(/^the template has \d+ bytes; AWS accepts 1000000: narrow/),
  ]);
});
