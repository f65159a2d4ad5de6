import { CommanderError } from '@commander-js/extra-typings';
import { accessLines, accessOptions, requestLimit } from './access-options.ts';
import { createAws, createJournal, type AccessReport, type CallRecord } from './aws/index.ts';
import { createReporter, type GlobalOptions, type Result } from './cli.ts';
import type { ErrorDocument } from './commands/documents.ts';
import { UsageError, describeError, exitCodes, stackOf } from './errors.ts';
import { oneLine } from './model/printable.ts';
import { callsCutOff, interruption } from './interruption.ts';
import { fileProblem } from './operations/file-problem.ts';
import { asOptions, buildProgram, helpOf, licensesAsked } from './program.ts';
import { withSafeOutput } from './safe-output.ts';
import { processWorld } from './terminal.ts';
import type { Called } from './wrong-usage.ts';
import type { World } from './world.ts';

/**
 * Runs one command line and returns the exit code. Never throws: this is the only place that
 * catches errors.
 */
export async function main(argv: readonly string[], given?: World): Promise<number> {
  const world = withSafeOutput(given ?? (await processWorld(argv)));
  if (argv[0] === '__complete') {
    // The time budget of a completion, from the start of this process.
    const patience = 240 - performance.now();
    const { complete } = await import('./completion/complete.ts');
    await complete(argv.slice(1), world, patience);
    return exitCodes.done;
  }
  const exitCode = await runCommand(argv, world);
  const problem = await world.outputProblem();
  if (!problem) return exitCode;
  const { stderr } = world;
  const what = `cannot write to ${problem.name}: ${fileProblem(problem.error)}`;
  stderr.write(`${stderr.style.red('error:')} ${what}\n`);
  return exitCode === exitCodes.done ? exitCodes.failed : exitCode;
}

// --- internal ---

async function runCommand(argv: readonly string[], world: World): Promise<number> {
  const outcome: Outcome & { globals: GlobalOptions } = { globals: {} };
  const called: Called = { path: [], command: undefined };
  const { env } = world;
  const cutOff = callsCutOff(world);
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  try {
    const program = buildProgram(world, called, async (definition, path, { globals, ...given }) => {
      const { args, options, fromEnvironment, project } = given;
      outcome.globals = globals;
      outcome.path = path;
      outcome.command = definition.callerPolicy?.(options) ?? path;
      const journal = createJournal();
      const running = definition.run(
        {
          world,
          globals,
          fromEnvironment,
          project,
          afterDashes: argv.includes('--') ? argv.length - argv.indexOf('--') - 1 : undefined,
          report: createReporter(world, globals),
          aws: createAws({
            access: accessOptions(world, globals, fromEnvironment),
            onAccess: globals.debug ? logAccess(world) : undefined,
            onCall: globals.debug ? logCall(world) : undefined,
            requestTimeout: requestLimit(globals),
            cutOff: cutOff.signal,
            journal,
          }),
        },
        args,
        options,
      );
      outcome.result = await (definition.handlesInterrupt
        ? running
        : Promise.race([running, interruption(world.interrupted, journal)]));
    });
    if (own.some((word) => /\p{Surrogate}/u.test(word))) {
      throw new UsageError('an argument is not valid Unicode text');
    }
    const page = helpOf(argv);
    if (page !== undefined) {
      await printPage(page, world);
      return exitCodes.done;
    }
    await program.parseAsync(asOptions(argv), { from: 'user' }).catch(async (error: unknown) => {
      if (!(error instanceof CommanderError) || error.code !== licensesAsked) throw error;
      outcome.result = { data: undefined, text: await world.licenses(), exact: true };
    });
    const { result, globals, path = '' } = outcome;
    if (!result) return exitCodes.done;
    printResult(world, result, globals);
    if (env.GITHUB_STEP_SUMMARY) {
      const { writeSummary } = await import('./ci-files.ts');
      await writeSummary(world, path, result, globals);
    }
    if (result.failure) {
      return await fail(world, result.failure, globals, outcome);
    }
    await leave(world, outcome);
    return result.exitCode ?? exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    const globals = {
      ...outcome.globals,
      // If parsing failed, the options are unknown, so look at the words instead.
      json: outcome.globals.json ?? (own.includes('--json') || Boolean(world.env.ECS_SECRETS_JSON)),
      debug: outcome.globals.debug ?? own.includes('--debug'),
    };
    // Loaded only after an error: most runs need no guesses.
    const { wrongUsage } = await import('./wrong-usage.ts');
    return await fail(world, wrongUsage(error, called), globals, outcome);
  } finally {
    // Calls whose result is no longer needed must not keep the process alive.
    cutOff.end();
  }
}

/** The outcome of a run. */
interface Outcome {
  result?: Result;
  /** The name that `policy caller --for` uses for the command. */
  command?: string;
  /** The name of the command. */
  path?: string;
}

/** Prints an error, and writes it to the action's result file. Returns the exit code. */
async function fail(
  world: World,
  error: unknown,
  globals: GlobalOptions,
  outcome: Outcome,
): Promise<number> {
  const { exitCode, document } = printError(world, error, globals, outcome.command);
  await leave(world, outcome, document);
  return exitCode;
}

async function leave(
  world: World,
  { result, path: command }: Outcome,
  document?: ErrorDocument,
): Promise<void> {
  if (!world.env.ECS_SECRETS_RESULT_FILE) return;
  const { leaveResult } = await import('./ci-files.ts');
  await leaveResult(world, { command, result, error: document?.error });
}

/** Prints the full manual page of a command, in a pager if possible. */
async function printPage(name: string, world: World): Promise<void> {
  const { manualText } = await import('./manual/text.ts');
  const text = await manualText(name);
  if (!(await world.page(text))) world.stdout.write(text);
}

function logAccess({ stderr }: World) {
  return (report: AccessReport): void => {
    for (const line of accessLines(report)) {
      stderr.write(`${stderr.style.dim(`debug: ${oneLine(line)}`)}\n`);
    }
  };
}

function logCall({ stderr }: World) {
  return ({ action, milliseconds, attempts, error }: CallRecord): void => {
    const tries = attempts > 1 ? `, ${attempts} attempts` : '';
    stderr.write(
      stderr.style.dim(`debug: ${action} ${error ?? 'ok'} (${milliseconds} ms${tries})`) + '\n',
    );
  };
}

function printResult(
  { stdout, stderr }: World,
  { data, text, exact, tabs = false }: Result,
  { json }: GlobalOptions,
): void {
  stderr.endLive();
  if (json && data !== undefined) stdout.write(`${JSON.stringify(data, null, 2)}\n`);
  else if (exact) stdout.write(text, { exact });
  else if (!json && text !== '') stdout.write(text.endsWith('\n') ? text : `${text}\n`, { tabs });
}

function printError(
  world: World,
  error: unknown,
  { json, debug }: GlobalOptions,
  command?: string,
): { exitCode: number; document: ErrorDocument } {
  const { stderr } = world;
  const { code, message, exitCode, ...described } = describeError(error);
  // After any access denial by AWS, show all permissions that the command needs.
  const refused =
    code === 'access-denied' ||
    message.includes('access denied') ||
    described.hint?.includes("caller's policy");
  const hint =
    refused && command !== undefined
      ? `${described.hint ?? 'allow it'}; ecs-secrets policy caller --for '${command}' prints all that it needs`
      : described.hint;
  stderr.endLive();
  for (const line of message.split('\n')) stderr.write(`${stderr.style.red('error:')} ${line}\n`);
  if (hint !== undefined) stderr.write(`${stderr.style.cyan('hint:')} ${oneLine(hint)}\n`);
  const stack = debug ? stackOf(error) : undefined;
  if (stack !== undefined) stderr.write(stderr.style.dim(stack) + '\n');
  const document: ErrorDocument = { error: { code, message, hint } };
  if (json) stderr.write(`${JSON.stringify(document)}\n`);
  return { exitCode, document };
}
