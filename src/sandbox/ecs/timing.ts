/** How long things take, in milliseconds. */
export interface Timing {
  tickMs: number;
  taskStartMs: number;
  taskStopMs: number;
  /** How long a task must run to count as started. */
  settleMs: number;
  /** How long a container that exits by itself runs. */
  exitAfterMs: number;
  /** The first wait after a failed task; it doubles from round to round. */
  retryMs: number;
  maxRetryMs: number;
  keepStoppedMs: number;
  /** How long old tasks stay that a deployment did not wait for (early success, DEFERRED). */
  deferredMs: number;
  /** How long a lifecycle stage with nothing to wait for lasts. */
  stageMs: number;
  /** What a minute of bake time takes. */
  bakeMs: number;
  /** What a minute of a lifecycle hook's timeout takes. */
  hookMinuteMs: number;
}

/** How long things take unless the options say otherwise: much less than at AWS. */
export const defaultTiming: Timing = {
  tickMs: 50,
  taskStartMs: 300,
  taskStopMs: 200,
  settleMs: 150,
  exitAfterMs: 50,
  retryMs: 200,
  maxRetryMs: 30_000,
  keepStoppedMs: 3_600_000,
  deferredMs: 500,
  stageMs: 50,
  bakeMs: 100,
  hookMinuteMs: 60_000,
};
