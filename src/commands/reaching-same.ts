import type { Context } from '../cli.ts';
import { commandLine } from '../model/shell.ts';
import { shownUrl } from '../model/shown-url.ts';

/**
 * Makes printed commands use the same account and region later: adds the global options of this
 * run, except those that the environment sets anyway.
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
    value === undefined || value === inEnvironment ? [] : [{ option, value }],
  );
  return (command) => {
    const own = options.filter(({ option }) => !command.includes(` ${option} `));
    return [command, ...own.map(({ option, value }) => commandLine([option, value]))].join(' ');
  };
}

// --- internal ---

function shown(url: string | undefined): string | undefined {
  return url === undefined ? undefined : shownUrl(url);
}
