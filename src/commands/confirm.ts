import { canAsk, type Context } from '../cli.ts';
import { Interrupted, UsageError } from '../errors.ts';
import { untilInterrupted } from '../operations/until-interrupted.ts';

/**
 * Has the user confirm what cannot be taken back; `--yes` does so beforehand. Throws Interrupted when
 * they do not, which tells the `outcome`, and UsageError when nobody is there to ask.
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
