import type { StoppedTask } from '../../aws/ecs.ts';
import { withoutCharacters } from '../../model/failures/without-characters.ts';

/** Why a task stopped: the reason of ECS, and the reasons of its containers. */
export function stopReason({ stoppedReason, stopCode, containers }: StoppedTask): string {
  const details = containers.flatMap(({ name, reason, exitCode }) => {
    if (reason !== undefined) return [`${name}: ${reason}`];
    return exitCode === undefined || exitCode === 0 ? [] : [`${name} exited with ${exitCode}`];
  });
  const main = stoppedReason ?? stopCode ?? 'a task stopped for no stated reason';
  return withoutCharacters(details.length > 0 ? `${main} (${details.join('; ')})` : main);
}
