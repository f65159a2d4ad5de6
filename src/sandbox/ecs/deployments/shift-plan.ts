import { randomBytes } from 'node:crypto';
import type { DeploymentConfiguration } from '../services/configuration.ts';
import type { Service, World } from '../state.ts';
import { stages, type ActiveHook, type Shift, type Stage } from './shift-state.ts';

/** How long a hook waits unless it says so, in minutes (SDK, DeploymentLifecycleHookTimeoutConfiguration). */
const usualTimeout = 1440;

/** What a CodeDeploy deployment goes through, as far as it shows in tasks and task sets. */
const codeDeployStages: readonly Stage[] = [
  'PRE_SCALE_UP',
  'SCALE_UP',
  'PRODUCTION_TRAFFIC_SHIFT',
  'BAKE_TIME',
  'CLEAN_UP',
];

/**
 * The stages before a new deployment of a service; undefined when it rolls. Call before the
 * deployment is added.
 */
export function planShift(world: World, service: Service): Shift | undefined {
  const { strategy = 'ROLLING' } = service.configuration;
  const first = service.deployments.length === 0;
  const byCodeDeploy = service.controller === 'CODE_DEPLOY' && !first;
  if (!byCodeDeploy && (service.controller !== 'ECS' || strategy === 'ROLLING')) return undefined;
  const skipped: Stage[] = [];
  // Only a deployment that meets another one under way has something to reconcile.
  if (service.deployments.length < 2) skipped.push('RECONCILE_SERVICE');
  if (first) skipped.push('BAKE_TIME');
  const { bakeTimeInMinutes = 0, lifecycleHooks = [] } = service.configuration;
  const shift: Shift = {
    ahead: [...(byCodeDeploy ? codeDeployStages : stages)].filter(
      (stage) => !skipped.includes(stage),
    ),
    since: world.environment.now(),
    hooks: [],
    steps: stepsOf(world, service.configuration),
    bakeMs: bakeTimeInMinutes * world.timing.bakeMs,
    hookPlan: byCodeDeploy ? [] : lifecycleHooks,
  };
  return { ...shift, hooks: hooksOf(world, shift) };
}

/** The current stage. */
export function stageOf(shift: Shift): Stage {
  return shift.ahead[0] ?? 'CLEAN_UP';
}

/** How long the current stage lasts when nothing else holds it. */
export function durationOf(world: World, shift: Shift): number {
  const stage = stageOf(shift);
  if (stage === 'BAKE_TIME') return shift.bakeMs;
  const last = stage === 'PRODUCTION_TRAFFIC_SHIFT' ? (shift.steps.at(-1)?.afterMs ?? 0) : 0;
  return last + world.timing.stageMs;
}

/** Percent of the production traffic and of the test traffic that the new tasks get. */
export function trafficOf(world: World, shift: Shift): { production: number; test: number } {
  const stage = stageOf(shift);
  const passed = (other: Stage): boolean => stages.indexOf(stage) > stages.indexOf(other);
  const elapsed = world.environment.now() - shift.since;
  const shifting =
    stage === 'PRODUCTION_TRAFFIC_SHIFT' && !shift.hooks.some(isOpen)
      ? (shift.steps.findLast(({ afterMs }) => elapsed >= afterMs)?.percent ?? 0)
      : 0;
  return {
    production: passed('PRODUCTION_TRAFFIC_SHIFT') ? 100 : shifting,
    test: passed('TEST_TRAFFIC_SHIFT') ? 100 : 0,
  };
}

/** The hooks of the current stage, as they begin. */
export function hooksOf(world: World, shift: Shift): ActiveHook[] {
  const stage = stageOf(shift);
  return shift.hookPlan
    .filter(({ lifecycleStages = [] }) => lifecycleStages.some((at) => stageOfHook(at) === stage))
    .map(({ targetType = 'AWS_LAMBDA', hookTargetArn, timeoutConfiguration = {} }) => {
      const { timeoutInMinutes = usualTimeout, action = 'ROLLBACK' } = timeoutConfiguration;
      const pause = targetType === 'PAUSE';
      return {
        id: `ecs-${pause ? 'pause' : 'lambda'}-${randomBytes(32).toString('base64url')}`,
        targetType,
        targetArn: hookTargetArn,
        status: pause ? 'AWAITING_ACTION' : 'SUCCEEDED',
        expiresAt: world.environment.now() + timeoutInMinutes * world.timing.hookMinuteMs,
        timeoutAction: action,
      };
    });
}

/** Whether a hook still holds its deployment. */
export const isOpen = (hook: ActiveHook): boolean => hook.status === 'AWAITING_ACTION';

/** The stage in which a hook runs: no deployment is ever at PRE_PRODUCTION_TRAFFIC_SHIFT. */
function stageOfHook(at: string): string {
  return at === 'PRE_PRODUCTION_TRAFFIC_SHIFT' ? 'POST_TEST_TRAFFIC_SHIFT' : at;
}

function stepsOf(world: World, configuration: DeploymentConfiguration): Shift['steps'] {
  const { bakeMs } = world.timing;
  if (configuration.strategy === 'LINEAR') {
    const { stepPercent = 10, stepBakeTimeInMinutes = 6 } = configuration.linearConfiguration ?? {};
    const count = Math.ceil(100 / stepPercent);
    return Array.from({ length: count }, (_, index) => ({
      percent: Math.min(100, stepPercent * (index + 1)),
      afterMs: index * stepBakeTimeInMinutes * bakeMs,
    }));
  }
  if (configuration.strategy === 'CANARY') {
    const { canaryPercent = 5, canaryBakeTimeInMinutes = 10 } =
      configuration.canaryConfiguration ?? {};
    return [
      { percent: canaryPercent, afterMs: 0 },
      { percent: 100, afterMs: canaryBakeTimeInMinutes * bakeMs },
    ];
  }
  return [{ percent: 100, afterMs: 0 }];
}
