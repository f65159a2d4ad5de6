import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { fromEnv, repeatable } from '../../cli.ts';
import { parseDuration } from '../../model/duration.ts';
import { Problems } from '../../model/problems.ts';
import { parseTags } from '../../model/secrets/secret-rules.ts';
import { withoutValue } from '../../model/secrets/shown-text.ts';
import type { RunWish } from '../../operations/run/plan-run.ts';
import { isFile } from '../../operations/definitions/is-file.ts';
import { serviceFilter } from '../usage/service-options.ts';

/** Adds the options of `run`. */
export function withRunOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return command
    .addOption(fromEnv(new Option('--cluster <cluster>', 'name or ARN of the cluster')))
    .option(
      '--service <cluster/service>',
      'run as the tasks of this service: network, capacity, placement; also SERVICE with --cluster',
    )
    .option('--container <name>', 'container to follow (default: the only essential one)')
    .option(
      '--command <words>',
      'run this command, quoted as in a shell or as a JSON list: [CONTAINER=]COMMAND (repeatable)',
      repeatable,
    )
    .option(
      '--env <setting>',
      'set a plain variable: [CONTAINER:]NAME=VALUE (repeatable)',
      repeatable,
    )
    .option('--cpu <units>', 'CPU of the task')
    .option('--memory <mib>', 'memory of the task')
    .option('--tag <key=value>', 'tag the task (repeatable)', repeatable)
    .addOption(new Option('--started-by <text>', 'startedBy of the task').default('ecs-secrets'))
    .option('--client-token <token>', 'start only one task with this token, within 24 hours')
    .option('--enable-execute-command', 'allow ECS Exec into the task')
    .option('--no-verify', 'start the task without the checks of verify')
    .option('--dry-run', 'print what would be run, and run nothing')
    .optionsGroup('Network and capacity:')
    .option('--subnets <ids>', 'subnets, separated by commas (repeatable)', repeatable)
    .option(
      '--security-groups <ids>',
      'security groups, separated by commas (repeatable)',
      repeatable,
    )
    .option('--assign-public-ip', 'give the task a public IP address')
    .option('--no-assign-public-ip', 'give it none')
    .addOption(
      new Option('--launch-type <launch-type>', 'launch type').choices([
        'FARGATE',
        'EC2',
        'EXTERNAL',
        'MANAGED_INSTANCES',
      ]),
    )
    .option('--capacity-provider <name>', 'capacity provider (repeatable)', repeatable)
    .option('--platform-version <version>', 'platform version of Fargate')
    .optionsGroup('Following:')
    .option('--no-logs', 'do not print the output of the container')
    .option('--no-wait', 'start the task without following it')
    .addOption(
      fromEnv(new Option('--timeout <duration>', 'stop following after this time').default('15m')),
    )
    .option('--stop-on-timeout', 'also stop the task then');
}

/** The values of these options. */
export interface RunOptions {
  cluster?: string | undefined;
  service?: string | undefined;
  container?: string | undefined;
  command?: string[] | undefined;
  env?: string[] | undefined;
  cpu?: string | undefined;
  memory?: string | undefined;
  tag?: string[] | undefined;
  startedBy: string;
  clientToken?: string | undefined;
  enableExecuteCommand?: true | undefined;
  subnets?: string[] | undefined;
  securityGroups?: string[] | undefined;
  assignPublicIp?: boolean | undefined;
  launchType?: string | undefined;
  capacityProvider?: string[] | undefined;
  platformVersion?: string | undefined;
  wait: boolean;
  timeout: string;
  stopOnTimeout?: true | undefined;
}

/** Reads the argument and the options; `timeout` is in milliseconds. Throws InvalidInput. */
export function readRunOptions(
  definition: string | undefined,
  options: RunOptions,
  fromEnvironment: ReadonlyMap<string, string>,
): { wish: RunWish; timeout: number } {
  const problems = new Problems();
  const { clientToken, startedBy } = options;
  // What is set once for a repository gives way to the service on the command line.
  const isOther = fromEnvironment.has('cluster') && /[/:]/.test(options.service ?? '');
  const cluster = isOther ? undefined : options.cluster;
  if (definition === undefined && options.service === undefined) {
    problems.add('no task definition is given: give FAMILY[:REVISION], or --service');
  }
  if (definition !== undefined && !/^(arn:[^\s]+|[\w-]{1,255}(:\d+)?)$/.test(definition)) {
    const name = `"${withoutValue(definition)}"`;
    problems.add(
      isFile(definition)
        ? `${name} is a file: register it (ecs-secrets register FILE), and give its FAMILY`
        : `${name} is not FAMILY[:REVISION] or an ARN`,
    );
  }
  const { services } = serviceFilter(
    {
      cluster: cluster === undefined ? undefined : [cluster],
      service: options.service === undefined ? undefined : [options.service],
    },
    problems,
  );
  // Rules of RunTask (ECS API reference).
  if (!/^[\w/-]{1,128}$/.test(startedBy)) {
    problems.add('--started-by: it takes up to 128 letters, digits, "-", "/" and "_"');
  }
  if (clientToken !== undefined && !/^[!-~]{1,64}$/.test(clientToken)) {
    problems.add('--client-token: it takes up to 64 characters of ASCII, without spaces');
  }
  if (!options.wait && options.stopOnTimeout) {
    problems.add('--stop-on-timeout requires that the task is followed: omit --no-wait');
  }
  const timeout = problems.attempt(() => parseDuration(options.timeout), '--timeout') ?? 0;
  const tags = problems.attempt(() => parseTags(options.tag ?? [])) ?? [];
  if (cluster === undefined && options.service === undefined) {
    problems.add('no cluster is given: give --cluster CLUSTER, or --service CLUSTER/SERVICE');
  }
  const subnets = ids('--subnets', options.subnets, problems);
  const securityGroups = ids('--security-groups', options.securityGroups, problems);
  problems.throwIfAny();
  return {
    timeout,
    wish: {
      definition,
      cluster,
      service: services[0],
      edits: {
        container: options.container,
        commands: options.command ?? [],
        env: options.env ?? [],
        cpu: options.cpu,
        memory: options.memory,
      },
      launch: {
        subnets,
        securityGroups,
        assignPublicIp: options.assignPublicIp,
        launchType: options.launchType,
        capacityProviders: options.capacityProvider,
        platformVersion: options.platformVersion,
        enableExecuteCommand: options.enableExecuteCommand,
      },
      startedBy,
      tags,
      clientToken,
    },
  };
}

// --- internal ---

function ids(option: string, written: readonly string[] = [], problems: Problems): string[] {
  const found = written.flatMap((one) => one.split(/[\s,]+/).filter((id) => id !== ''));
  // A shell variable that is not set: the task would run in another network.
  if (written.length > 0 && found.length === 0) problems.add(`${option} is empty`);
  return found;
}
