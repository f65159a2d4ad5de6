import type { Revision, RunningTask } from '../../aws/ecs.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import { isPinned, refersTo, type SecretIdentity } from '../../model/secrets/reference.ts';
import {
  readUse,
  serviceConnectUses,
  type SecretUse,
  type UseKind,
} from '../../model/definitions/secret-uses.ts';
import { revisionUses, type FullRevision } from '../definitions/named-secrets.ts';
import type { Daemon } from './find-daemons.ts';
import { standaloneTasks, type Scan } from './scan.ts';
import { distinctBy } from '../../model/distinct-by.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** A place in a task definition or a service that refers to the secret; the members are those of SecretUse. */
export interface ConsumerUse {
  container: string;
  kind: UseKind;
  name: string;
  valueFrom: string;
  /** Fixed to one version, so that a new value never reaches it. */
  pinned: boolean;
}

/** A service whose task definition refers to the secret. */
export interface Consumer {
  service: Service;
  uses: ConsumerUse[];
  /** What it runs. */
  revision: Revision;
  /** Id of a deployment under way to follow, instead of starting another one. */
  follow?: string | undefined;
}

/** A running task that no service started, and that refers to the secret. */
export interface StandaloneConsumer {
  task: RunningTask;
  uses: ConsumerUse[];
}

/** A managed daemon whose task definition refers to the secret. */
export interface DaemonConsumer {
  daemon: Daemon;
  uses: ConsumerUse[];
}

/** The services of a scan that refer to a secret, at any place and in any spelling. */
export function consumersIn(
  { services, revisions, here }: Scan,
  secret: SecretIdentity,
): Consumer[] {
  return services.flatMap((service) => {
    const revision = revisions.get(service.taskDefinition ?? '');
    if (!revision) return [];
    const uses = [...usesOf(revision, secret, here), ...ownUsesOf(service, secret, here)];
    return uses.length > 0 ? [{ service, uses, revision }] : [];
  });
}

/** Every service of a scan, with all its uses of whatever secret. */
export function usesIn({ services, revisions }: Scan): Consumer[] {
  return services.flatMap((service) => {
    const revision = revisions.get(service.taskDefinition ?? '');
    if (!revision) return [];
    const uses = serviceUses(service, revision).map((use) => {
      const reference = readUse(use);
      return consumerUse(use, reference ? isPinned(reference) : false);
    });
    return [{ service, uses, revision }];
  });
}

/** The standalone tasks of a scan that refer to a secret. */
export function standaloneConsumersIn(found: Scan, secret: SecretIdentity): StandaloneConsumer[] {
  return standaloneTasks(found).flatMap((task) => {
    const revision = found.revisions.get(task.taskDefinition);
    const uses = revision ? usesOf(revision, secret, found.here) : [];
    return uses.length > 0 ? [{ task, uses }] : [];
  });
}

/** The managed daemons of a scan that refer to a secret, with or without running tasks. */
export function daemonConsumersIn(found: Scan, secret: SecretIdentity): DaemonConsumer[] {
  return found.daemons.flatMap((daemon) => {
    const uses = daemon.taskDefinitions.flatMap((arn) => {
      const revision = found.revisions.get(arn);
      return revision ? usesOf(revision, secret, found.here) : [];
    });
    const distinct = distinctBy(uses, (use) => JSON.stringify(use));
    return uses.length > 0 ? [{ daemon, uses: distinct }] : [];
  });
}

/** The places of a revision that refer to a secret. */
export function usesOf(revision: FullRevision, secret: SecretIdentity, here: Scope): ConsumerUse[] {
  return thoseOf(revisionUses(revision), secret, here);
}

/** The places of a service that refer to a secret, apart from its task definition. */
function ownUsesOf(service: Service, secret: SecretIdentity, here: Scope): ConsumerUse[] {
  return thoseOf(serviceConnectUses(service.serviceConnect ?? []), secret, here);
}

/** Every reference of a service: those of what it runs, and its own. */
function serviceUses(
  { serviceConnect = [] }: Pick<Service, 'serviceConnect'>,
  revision: FullRevision,
): SecretUse[] {
  return [...revisionUses(revision), ...serviceConnectUses(serviceConnect)];
}

// --- internal ---

function thoseOf(uses: readonly SecretUse[], secret: SecretIdentity, here: Scope): ConsumerUse[] {
  return uses.flatMap((use) => {
    const reference = readUse(use);
    if (!reference || !refersTo(reference, secret, here)) return [];
    return [consumerUse(use, isPinned(reference))];
  });
}

function consumerUse(
  { container, kind, name, valueFrom }: SecretUse,
  pinned: boolean,
): ConsumerUse {
  return { container, kind, name, valueFrom, pinned };
}
