import pMap from 'p-map';
import type { Ecs } from '../../aws/ecs.ts';
import { CliError, isPassing } from '../../errors.ts';
import { lastPart } from '../../model/last-part.ts';
import { whyUnseen } from '../if-allowed.ts';

/** A managed daemon, with or without running tasks. */
export interface Daemon {
  /** ARN of its cluster. */
  cluster: string;
  name: string;
  arn: string;
  /** ARNs of the revisions that its latest deployment leads to, and that its instances run. */
  taskDefinitions: string[];
  /** Why its task definitions are unknown, or not all known. */
  unseen?: string | undefined;
}

/** The daemons that were found; `unseen`: why they cannot be listed. */
export interface FoundDaemons {
  daemons: Daemon[];
  unseen?: string;
}

/**
 * The managed daemons of clusters (ARNs), or without any of all clusters of the region. What cannot
 * be seen is no error, but a reason. Throws what concerns all calls: failures of the network.
 */
export async function findDaemons(ecs: Ecs, clusters: readonly string[]): Promise<FoundDaemons> {
  const lists = clusters.length > 0 ? clusters : [undefined];
  const listed = await orReason(
    pMap(lists, (cluster) => ecs.daemons(cluster), { concurrency: atOnce }),
  );
  if (typeof listed === 'string') return { daemons: [], unseen: listed };
  const arns = [...new Set(listed.flat())];
  return { daemons: arns.length === 0 ? [] : await describeDaemons(ecs, arns) };
}

/** Daemons by ARN, without those that do not exist (any more). Throws failures of the network. */
export async function describeDaemons(ecs: Ecs, arns: readonly string[]): Promise<Daemon[]> {
  const described = await pMap(
    arns,
    async (arn) => ({ arn, daemon: await orReason(ecs.describeDaemon(arn)) }),
    { concurrency: atOnce },
  );
  const deployments = described.flatMap(({ daemon }) => deploymentOf(daemon) ?? []);
  const targets = await orReason(ecs.daemonTargets(deployments));
  const revisionsOf = (daemon: (typeof described)[number]['daemon']): string[] => {
    if (typeof daemon !== 'object') return [];
    const target = typeof targets === 'string' ? [] : targets.get(deploymentOf(daemon) ?? '');
    return [...new Set([...(target ?? []), ...daemon.revisions])];
  };
  const revisions = new Set(described.flatMap(({ daemon }) => revisionsOf(daemon)));
  const definitions = await orReason(ecs.daemonTaskDefinitions([...revisions]));

  return described.flatMap(({ arn, daemon }): Daemon[] => {
    // Deleted since it was listed.
    if (daemon === undefined) return [];
    const own = { arn, name: lastPart(arn) };
    if (typeof daemon === 'string') {
      return [{ ...own, cluster: clusterOf(arn), taskDefinitions: [], unseen: daemon }];
    }
    const found = revisionsOf(daemon).map((revision) =>
      typeof definitions === 'string' ? undefined : definitions.get(revision),
    );
    const unseen =
      [targets, definitions].find((one) => typeof one === 'string') ??
      (found.length === 0 || found.includes(undefined) ? notReturned : undefined);
    const taskDefinitions = [...new Set(found.flatMap((definition) => definition ?? []))];
    return [{ ...own, cluster: daemon.cluster, taskDefinitions, unseen }];
  });
}

// --- internal ---

/** Calls under way at the same time. */
const atOnce = 8;

const notReturned = 'ECS does not return its task definition';

async function orReason<T extends object | undefined>(call: Promise<T>): Promise<T | string> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof CliError) || isPassing(error)) throw error;
    return whyUnseen(error);
  }
}

function deploymentOf(daemon: string | { deployment: string | undefined } | undefined) {
  return typeof daemon === 'object' ? daemon.deployment : undefined;
}

/** `arn:…:cluster/shop` for `arn:…:daemon/shop/agent`. */
function clusterOf(arn: string): string {
  const [place = '', cluster = ''] = arn.split('/');
  return `${place.replace(/:daemon$/, ':cluster')}/${cluster}`;
}
