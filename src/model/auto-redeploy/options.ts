import type { Prefix } from '../secrets/prefix.ts';
import type { Reference } from '../secrets/reference.ts';

/** What the stack is to do. All of it is JSON: the template holds it as metadata. */
export interface AutoRedeployOptions {
  /** Name of the stack, and the beginning of the names of its resources. */
  name: string;
  /** Secrets below these paths; with `secrets` empty too, every secret of the account. */
  prefixes: readonly Prefix[];
  /** Single secrets. */
  secrets: readonly Reference[];
  /** Names or ARNs of the clusters that are searched; empty: all of the account. */
  clusters: readonly string[];
  /** How long changes are collected before services are redeployed, in seconds. */
  window: number;
  /** How often changes without an event are looked for, in seconds; undefined: never. */
  reconcile?: number | undefined;
  /** Whether AWSCURRENT moves back if more than `maxFailures` deployments fail. */
  rollback: boolean;
  maxFailures: number;
  /** Whether services are searched by a Distributed Map: for more than 1,000 services. */
  distributed: boolean;
  /** The only services to look at; undefined: those of the clusters. */
  services?: ServiceList | undefined;
  /** E-mail address that is subscribed to the topic. */
  email?: string | undefined;
}

/** Names of services by the names of their clusters: 10,000 ARNs would not fit into a template. */
export type ServiceList = Readonly<Record<string, readonly string[]>>;

/** How many services a list has. */
export function servicesIn(list: ServiceList): number {
  return Object.values(list).reduce((sum, names) => sum + names.length, 0);
}

/** The name of a stack that no option names. */
export const defaultStackName = 'ecs-secrets-auto-redeploy';

/** Name of the topic that reports go to. */
export function topicName({ name }: Pick<AutoRedeployOptions, 'name'>): string {
  return `${name}-reports`;
}
