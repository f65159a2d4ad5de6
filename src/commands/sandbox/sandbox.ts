import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand, repeatable, type Result } from '../../cli.ts';
import { CliError, UsageError } from '../../errors.ts';
import { parseDuration } from '../../model/duration.ts';
import { Problems } from '../../model/problems.ts';
import { runProgram } from '../environment/run-program.ts';
import type { SandboxDocument } from './documents.ts';
import { parseFaults, parseRates } from './sandbox-faults.ts';

/** `sandbox [-- CMD]`: runs an embedded AWS on the loopback interface. */
export const sandbox = defineCommand({
  handlesInterrupt: true,
  declare: (command) =>
    command
      .addArgument(new Argument('[command...]', 'program to run in it, after --'))
      .addOption(new Option('--port <port>', 'listen on this port (default: a free one)'))
      .option('--deploy-time <duration>', 'approximate duration of a deployment (default: 1s)')
      .option('--throttle', 'apply the request rates that AWS publishes')
      .option('--rate <service:operation=n>', 'allow n calls per second (repeatable)', repeatable)
      .option(
        '--fault <service:operation=code@share>',
        'fail with this error, e.g. ssm:PutParameter=ThrottlingException@10%, lose the answer (lost@5%), send it late (late500ms) or read an older state (lag500ms) (repeatable)',
        repeatable,
      )
      .addHelpText(
        'after',
        `
Runs CMD with an embedded AWS: AWS_ENDPOINT_URL, dummy credentials and a region are set, so
ecs-secrets, the AWS CLI and every SDK work against it unchanged. Exits with CMD's code. Without CMD it
prints the variables to set and serves until interrupted. Nothing leaves this machine.

Examples:
  $ ecs-secrets sandbox -- sh ci/deploy.sh
  $ ecs-secrets sandbox --throttle --fault ssm:PutParameter=InternalServerError@5% -- sh ci/deploy.sh
  $ ecs-secrets sandbox --fault '*:*=lost@2%' --fault iam:*=lag3000ms -- sh ci/deploy.sh
  $ ecs-secrets sandbox`,
      ),

  async run(
    { world, report, globals },
    [command],
    { port, throttle, deployTime, ...options },
  ): Promise<Result<undefined>> {
    if (port !== undefined && !(/^\d+$/.test(port) && Number(port) < 65_536)) {
      throw new UsageError(`--port: "${port}" is not a port number`);
    }
    const problems = new Problems();
    const rates = parseRates(options.rate ?? [], problems);
    const faults = parseFaults(options.fault ?? [], problems);
    const took =
      deployTime === undefined
        ? undefined
        : problems.attempt(() => parseDuration(deployTime), '--deploy-time');
    problems.throwIfAny();
    const { startSandbox, publishedRates } = await import('../../sandbox/index.ts');
    const running = await startSandbox({
      port: Number(port ?? 0),
      // If an operation has two rates, the last one counts.
      throttle: [...(throttle ? publishedRates : []), ...rates],
      faults,
      ...(took !== undefined && { ecs: timingOf(took) }),
      ...(globals.region !== undefined && { region: globals.region }),
    }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      throw new CliError('port-in-use', `port ${port ?? ''} is in use`, {
        hint: 'omit --port to use a free port',
      });
    });
    try {
      if (command.length === 0) {
        const variables = { ...running.environment, ...withoutProxy(world.env) };
        const document: SandboxDocument = { url: running.url, environment: variables };
        world.stdout.write(
          globals.json
            ? `${JSON.stringify(document, null, 2)}\n`
            : [
                `unset ${leading.join(' ')}\n`,
                ...Object.entries(variables).map(([name, value]) => `export ${name}=${value}\n`),
              ].join(''),
        );
        report.note('paste these lines into another terminal; the sandbox serves until Ctrl-C');
        await new Promise<void>((resolve) => {
          if (world.interrupted.aborted) resolve();
          world.interrupted.addEventListener('abort', () => {
            resolve();
          });
        });
        return { data: undefined, text: '' };
      }
      return await runProgram(world, command, childEnvironment(world.env, running.environment));
    } finally {
      await running.close();
    }
  },
});

// --- internal ---

/**
 * The phases of a task within a deployment of this duration: starts, counts as started, old one
 * stops.
 */
function timingOf(milliseconds: number) {
  return {
    taskStartMs: milliseconds * 0.5,
    settleMs: milliseconds * 0.25,
    taskStopMs: milliseconds * 0.25,
  };
}

/** Variables that direct the CLI and SDKs to a real account and override those set here. */
const leading = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
];

/** Settings of a real account must not reach a program that is meant to use the sandbox. */
function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  sandboxed: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !/^(AWS_|ECS_SECRETS_)/.test(name));
  return { ...Object.fromEntries(kept), ...withoutProxy(env), ...sandboxed };
}

/** Requests to the sandbox must not use a proxy. */
function withoutProxy(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const hosts = [env.NO_PROXY ?? env.no_proxy, '127.0.0.1', 'localhost'].filter(Boolean).join(',');
  return { NO_PROXY: hosts, no_proxy: hosts };
}
