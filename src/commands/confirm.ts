import { canAsk, type Context } from '../cli.ts';
import { Interrupted, UsageError } from '../errors.ts';
import { untilInterrupted } from '../operations/until-interrupted.ts';

/**
 * Asks the user to confirm an irreversible action; `--yes` confirms in advance. Throws Interrupted,
 * with the `outcome`, if the user declines, and UsageError if it cannot ask.
 */
export async function confirmed(
  { world, globals }: Pick<Context, 'world' | 'globals'>,
  question: string,
  outcome = 'nothing was done',
): Promise<void> {
  if (globals.yes) return;
  if (!canAsk(world)) {
    throw new UsageError(`cannot ask without a terminal: ${question}`, 'pass --yes');
  }
  const answer = await untilInterrupted(
    world.stdin.confirm(question),
    world.interrupted,
    `interrupted; ${outcome}`,
  );
  if (!answer) throw new Interrupted(`cancelled; ${outcome}`);
}
