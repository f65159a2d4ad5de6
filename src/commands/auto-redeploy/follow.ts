import type { Context } from '../../cli.ts';
import type { Following } from '../../operations/auto-redeploy/follow-stack.ts';
import { withProgress } from '../progress.ts';

/** Runs work on a stack, shows its progress, and ends it when the user interrupts. */
export function following<T>(
  context: Context,
  work: (following: Following) => Promise<T>,
): Promise<T> {
  const { clock, interrupted } = context.world;
  return withProgress(context, (onProgress) => work({ clock, interrupted, onProgress }));
}
