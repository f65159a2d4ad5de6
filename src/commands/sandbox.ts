import { Argument, Option } from '@commander-js/extra-typings';
import { defineCommand } from '../cli.ts';
import { CliError, UsageError } from '../errors.ts';

/** `sandbox [-- CMD]`: an embedded AWS on loopback. */
export const sandbox = defineCommand({
  handlesInterrupt: true,
  declare: (command) =>
    command
      .addArgument(new Argument('[command...]', 'program to run in it, after --'))
      .addOption(new Option('--port <port>', 'listen on this port (default: a free one)'))
      .addHelpText(
        'after',
        `
Runs CMD with an AWS of its own: AWS_ENDPOINT_URL, dummy credentials and a region are set, so the
AWS CLI, every SDK and ecs-secrets work against it unchanged. Exits with CMD's code. Without CMD it
prints the variables to set and serves until interrupted. Nothing leaves this machine.

Examples:
  $ ecs-secrets sandbox -- sh ci/deploy.sh
  $ ecs-secrets sandbox`,
      ),

  async run({ world, report, globals }, [command], { port }) {
    if (port !== undefined && !(/^\d+$/.test(port) && Number(port) < 65_536)) {
      throw new UsageError(`--port: "${port}" is not a port number`);
    }
    const { startSandbox } = await import('../sandbox/index.ts');
    const running = await startSandbox({
      port: Number(port ?? 0),
      ...(globals.region !== undefined && { region: globals.region }),
    });
    try {
      if (command.length === 0) {
        for (const [name, value] of Object.entries(running.environment)) {
          world.stdout.write(`export ${name}=${value}\n`);
        }
        report.note('the sandbox serves until interrupted (Ctrl-C)');
        await new Promise<void>((resolve) => {
          if (world.interrupted.aborted) resolve();
          world.interrupted.addEventListener('abort', () => {
            resolve();
          });
        });
        return { data: { url: running.url }, text: '' };
      }
      const exitCode = await world
        .run(command, childEnvironment(world.env, running.environment))
        .catch((error: unknown) => {
          throw new CliError(
            'cannot-run',
            `cannot run ${command[0] ?? ''}: ${(error as Error).message}`,
          );
        });
      return { data: undefined, text: '', exitCode };
    } finally {
      await running.close();
    }
  },
});

// --- internal ---

/** What points to a real account must not reach a program that believes it is in the sandbox. */
function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  sandboxed: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !/^(AWS_|ECS_SECRETS_)/.test(name));
  return { ...Object.fromEntries(kept), ...sandboxed };
}
