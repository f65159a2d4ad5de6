// The GitHub action: runs command lines with the program, and makes outputs and annotations of what it leaves.
import { getBooleanInput, getInput, setFailed, setOutput } from '@actions/core';
import { exitCodes } from '../../src/errors.ts';
import { annotate } from './annotations.ts';
import { findProgram } from './program.ts';
import { outputsOf, writeSarif } from './outputs.ts';
import { runCommand, type Run } from './run-command.ts';
import { commandsIn, wordsIn } from './words.ts';

try {
  const commands = commandsToRun();
  const program = findProgram(getInput('version'));
  const settings = { region: getInput('region'), json: getBooleanInput('json') };
  const runs: Run[] = [];
  for (const words of commands) {
    const run = await runCommand(program, words, settings);
    runs.push(run);
    if (run.exitCode !== 0) break;
  }
  finish(runs);
} catch (error) {
  setFailed(error instanceof Error ? error.message : String(error));
}

// --- internal ---

/** The command lines in their order: the check of the role comes first. Throws InvalidCommand. */
function commandsToRun(): string[][] {
  const role = wordsIn(getInput('role-to-check').trim());
  const commands = [
    ...(role.length > 0 ? [['role', 'check', ...role]] : []),
    ...commandsIn(getInput('command')),
  ];
  if (commands.length === 0)
    throw new Error('nothing to do: set the input command or role-to-check');
  return commands;
}

function finish(runs: readonly Run[]): void {
  for (const [name, value] of Object.entries(outputsOf(runs))) setOutput(name, value);
  const sarif = writeSarif(runs);
  if (sarif !== undefined) setOutput('sarif-file', sarif);
  const annotated = annotate(runs.flatMap(({ left }) => left.checked ?? []));
  const last = runs.at(-1);
  if (!last || last.exitCode === 0) return;
  // Findings are annotated one by one: what says that there are some would be the same once more.
  const isFindings = last.exitCode === exitCodes.findings && annotated;
  if (!isFindings) setFailed(problemOf(last));
  process.exitCode = last.exitCode;
}

function problemOf({ name, exitCode, left: { error } }: Run): string {
  if (!error) return `ecs-secrets ${name}: exit code ${exitCode}`;
  return error.hint === undefined ? error.message : `${error.message}\nhint: ${error.hint}`;
}
