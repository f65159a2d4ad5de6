import type { Aws } from '../../aws/index.ts';
import type { AutoRedeployOptions, ServiceList } from '../../model/auto-redeploy/options.ts';
import { autoRedeployStack } from '../../model/auto-redeploy/stack.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import type { OnProgress } from '../progress.ts';
import { deployedTemplate } from './deployed-template.ts';
import { servicesUsing } from './services-using.ts';

/** How a deployed stack differs from what would be deployed today. */
export interface StackDrift {
  /** The options that the stack was made with; undefined if its template has none. */
  options: AutoRedeployOptions | undefined;
  /** Parts of the template that differ, sorted: `Resources.StateMachine`. */
  template: string[];
  /** ARNs of services that the list of the stack lacks, and that it should not have. */
  missingServices: string[];
  extraServices: string[];
  /** What could not be looked at, for people. */
  unchecked: string[];
}

/**
 * Compares the deployed template with the one that this release makes of the same options, and the
 * list of services in the stack, if it has one, with those that use the secrets today.
 */
export async function stackDrift(
  aws: Aws,
  stackId: string,
  onProgress: OnProgress,
): Promise<StackDrift> {
  const { template: deployed, options } = await deployedTemplate(
    await aws.cloudFormation(),
    stackId,
  );
  const none = { missingServices: [], extraServices: [], unchecked: [] };
  if (!deployed || !options) return { options, template: ['Metadata'], ...none };
  const template = differences(deployed, autoRedeployStack(options));
  if (options.services === undefined) return { options, template, ...none };
  const { services, unchecked, here } = await servicesUsing(aws, options, onProgress);
  const listed = arnsOf(options.services, here);
  const today = arnsOf(services, here);
  return {
    options,
    template,
    missingServices: [...today].filter((arn) => !listed.has(arn)),
    // One that nobody could look at may use them.
    extraServices: unchecked.length > 0 ? [] : [...listed].filter((arn) => !today.has(arn)),
    unchecked,
  };
}

// --- internal ---

function arnsOf(services: ServiceList, { partition, region, account }: Scope): Set<string> {
  const start = `arn:${partition}:ecs:${region}:${account}:service`;
  return new Set(
    Object.entries(services).flatMap(([cluster, names]) =>
      names.map((name) => `${start}/${cluster}/${name}`),
    ),
  );
}

/** The members of both templates that differ: of resources and outputs each one. */
function differences(deployed: object, printed: object): string[] {
  const [a, b] = [parts(deployed), parts(printed)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key)).sort();
}

function parts(template: object): Map<string, string> {
  return new Map(
    Object.entries(template).flatMap(([section, value]: [string, unknown]) =>
      section === 'Resources' || section === 'Outputs'
        ? Object.entries(value as object).map(([name, one]: [string, unknown]) => [
            `${section}.${name}`,
            sorted(one),
          ])
        : [[section, sorted(value)]],
    ) as [string, string][],
  );
}

/** JSON with sorted members: CloudFormation may return them in another order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
