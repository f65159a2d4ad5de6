import { randomUUID } from 'node:crypto';
import { nul, type Line } from './line.ts';

/**
 * A variable for `$GITHUB_ENV`, between random delimiters, which no value can contain (GitHub Docs,
 * "Workflow commands"). Runners on Windows would drop a CR at the end; runners refuse
 * NODE_OPTIONS, and do not overwrite GITHUB_* and RUNNER_*.
 */
export function githubLine(name: string, value: string): Line {
  if (value.includes('\0')) return nul;
  if (/^(?:GITHUB_|RUNNER_)|^NODE_OPTIONS$/i.test(name)) {
    return { refused: 'GitHub reserves this name' };
  }
  if (value.endsWith('\r')) return { refused: 'it ends with a carriage return' };
  const delimiter = `ecs_secrets_${randomUUID()}`;
  return { text: `${name}<<${delimiter}\n${value}\n${delimiter}` };
}
