/** The stages of a deployment that keeps the old tasks until its end, in their order. */
export const stages = [
  'RECONCILE_SERVICE',
  'PRE_SCALE_UP',
  'SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
  'BAKE_TIME',
  'CLEAN_UP',
] as const;

/** A lifecycle stage. */
export type Stage = (typeof stages)[number];

/** The ways to replace tasks; all but the first keep the old ones until the end. */
export const strategies = ['ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY'] as const;

/** A lifecycle hook as a service is configured with it. */
export interface LifecycleHook {
  targetType?: string;
  hookTargetArn?: string;
  lifecycleStages?: string[];
  timeoutConfiguration?: { timeoutInMinutes?: number; action?: string };
}

/** A hook of the stage that a deployment is in. */
export interface ActiveHook {
  id: string;
  targetType: string;
  targetArn: string | undefined;
  status: 'AWAITING_ACTION' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';
  expiresAt: number;
  timeoutAction: string;
}

/** How far a deployment is whose tasks run beside the old ones. */
export interface Shift {
  /** The current stage and those that follow it. */
  ahead: Stage[];
  /** When the current stage began or its last hook was done. */
  since: number;
  hooks: ActiveHook[];
  /** How much traffic is shifted, and when: percent and ms after the shift's beginning. */
  steps: { percent: number; afterMs: number }[];
  bakeMs: number;
  hookPlan: LifecycleHook[];
}
