import { createAws, type AccessOptions, type Aws } from '../aws/index.ts';
import { lastPart } from '../model/last-part.ts';

/** Names that are asked of AWS. */
export interface Lookup {
  what: 'families' | 'clusters' | 'services' | 'parameters' | 'secrets';
  /** The cluster of services; what names of parameters and secrets begin with. */
  within: string;
  region?: string | undefined;
  profile?: string | undefined;
  endpoint?: string | undefined;
}

/** Asks AWS for the names. Throws AwsError; ends when `cutOff` does. Nobody is asked for a code. */
export async function lookUp(
  lookup: Lookup,
  env: AccessOptions['env'],
  cutOff: AbortSignal,
): Promise<string[]> {
  const { region, profile, endpoint } = lookup;
  const access = {
    env,
    region: given(region, '--region'),
    profile: given(profile, '--profile'),
    endpoint: given(endpoint, '--endpoint-url'),
  };
  const aws = createAws({ access, cutOff, requestTimeout: 5_000 });
  return (await ask(lookup, aws)).sort();
}

// --- internal ---

function given(value: string | undefined, source: string) {
  return value ? { value, source } : undefined;
}

async function ask({ what, within }: Lookup, aws: Aws): Promise<string[]> {
  switch (what) {
    case 'families':
      return (await aws.ecs()).families();
    case 'clusters':
      return (await (await aws.ecs()).clusters()).map(lastPart);
    case 'services':
      return (await (await aws.ecs()).services(within)).map(lastPart);
    case 'parameters': {
      const filter = within === '' ? undefined : { beginsWith: within };
      return (await (await aws.parameterStore()).list(filter)).map(({ name }) => name);
    }
    case 'secrets':
      return (await (await aws.secretsManager()).list(within)).map(({ name }) => name);
  }
}
