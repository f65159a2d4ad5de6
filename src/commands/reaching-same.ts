import type { Context } from '../cli.ts';
import { commandLine } from '../model/shell.ts';
import { shownUrl } from '../model/shown-url.ts';

/**
 * Makes printed commands use the same account and region later: adds the global options of this
 * run, except those that the environment sets anyway. The AWS CLI reads no variable for our region
 * and profile, and has no options to assume a role.
 */
export function reachingSame({
  globals,
  world: { env },
}: Pick<Context, 'globals' | 'world'>): (command: string) => string {
  const { region, profile, endpointUrl, assumeRole, externalId } = globals;
  const options = (
    [
      ['--region', region, env.ECS_SECRETS_REGION],
      ['--profile', profile, env.ECS_SECRETS_PROFILE],
      ['--assume-role', assumeRole, env.ECS_SECRETS_ASSUME_ROLE],
      ['--external-id', assumeRole && externalId, env.ECS_SECRETS_EXTERNAL_ID],
      ['--endpoint-url', shown(endpointUrl), shown(env.ECS_SECRETS_ENDPOINT_URL)],
    ] as const
  ).flatMap(([option, value, inEnvironment]) =>
    value === undefined ? [] : [{ option, value, isSet: value === inEnvironment }],
  );
  return (command) => {
    const isAws = command.startsWith('aws ');
    const own = options.filter(({ option, isSet }) => {
      if (command.includes(` ${option} `)) return false;
      return isAws && option in ofAwsCli ? ofAwsCli[option] : !isSet;
    });
    return [command, ...own.map(({ option, value }) => commandLine([option, value]))].join(' ');
  };
}

// --- internal ---

/** Whether the AWS CLI gets an option, whatever the environment sets. */
const ofAwsCli: Readonly<Record<string, boolean>> = {
  '--region': true,
  '--profile': true,
  '--assume-role': false,
  '--external-id': false,
};

function shown(url: string | undefined): string | undefined {
  return url === undefined ? undefined : shownUrl(url);
}
