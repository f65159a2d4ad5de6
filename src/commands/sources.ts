import type { Sources } from '../operations/read-source.ts';
import type { World } from '../world.ts';

/** Where a command reads its documents from: the world's files and standard input. */
export function sourcesOf({ readFile, stdin }: World): Sources {
  return { readFile, readStdin: () => stdin.read() };
}
