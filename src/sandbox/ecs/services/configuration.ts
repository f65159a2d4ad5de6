import type { LifecycleHook } from '../deployments/shift-state.ts';

/** How a service replaces its tasks. */
export interface DeploymentConfiguration {
  minimumHealthyPercent?: number;
  maximumPercent?: number;
  deploymentCircuitBreaker?: {
    enable?: boolean;
    rollback?: boolean;
    resetOnHealthyTask?: boolean;
    thresholdConfiguration?: { type?: string; value?: number };
  };
  earlySuccessCriteria?: {
    enable?: boolean;
    healthyPercent?: number;
    sourceServiceRevisionCleanup?: string;
  };
  strategy?: string;
  bakeTimeInMinutes?: number;
  lifecycleHooks?: LifecycleHook[];
  linearConfiguration?: { stepPercent?: number; stepBakeTimeInMinutes?: number };
  canaryConfiguration?: { canaryPercent?: number; canaryBakeTimeInMinutes?: number };
  [member: string]: unknown;
}
