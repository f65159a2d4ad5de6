import type { Revision, RunningTask } from '../../aws/ecs.ts';
import type { Scope } from '../../model/secrets/partition.ts';
import { isPinned, refersTo, type SecretIdentity } from '../../model/secrets/reference.ts';
import {
  readUse,
  secretUses,
  type TaskDefinition,
  type UseKind,
} from '../../model/definitions/task-definition.ts';
import { standaloneTasks, type Scan } from './scan.ts';
import type { Service } from '../../aws/ecs-answers.ts';

/** A place in a task definition that refers to the secret. */
export interface ConsumerUse {
  container: string;
  kind: UseKind;
  /** Environment variable or log option; empty for repository credentials. */
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

/**
 * The services of a scan that refer to a secret, through `secrets`, `secretOptions` or
 * `repositoryCredentials` and in any spelling.
 */
export function consumersIn(
  { services, revisions, here }: Scan,
  secret: SecretIdentity,
): Consumer[] {
  return services.flatMap((service) => {
    const revision = revisions.get(service.taskDefinition ?? '');
    const uses = revision ? usesOf(revision.definition, secret, here) : [];
    return revision && uses.length > 0 ? [{ service, uses, revision }] : [];
  });
}

/** Every service of a scan, with all its uses of whatever secret. */
export function usesIn({ services, revisions }: Scan): Consumer[] {
  return services.flatMap((service) => {
    const revision = revisions.get(service.taskDefinition ?? '');
    if (!revision) return [];
    const uses = secretUses(revision.definition).map((use) => {
      const reference = readUse(use);
      const { container, kind, name, valueFrom } = use;
      return { container, kind, name, valueFrom, pinned: reference ? isPinned(reference) : false };
    });
    return [{ service, uses, revision }];
  });
}

/** The standalone tasks of a scan that refer to a secret. */
export function standaloneConsumersIn(found: Scan, secret: SecretIdentity): StandaloneConsumer[] {
  return standaloneTasks(found).flatMap((task) => {
    const revision = found.revisions.get(task.taskDefinition);
    const uses = revision ? usesOf(revision.definition, secret, found.here) : [];
    return uses.length > 0 ? [{ task, uses }] : [];
  });
}

/** The places of a task definition that refer to a secret. */
export function usesOf(
  definition: TaskDefinition,
  secret: SecretIdentity,
  here: Scope,
): ConsumerUse[] {
  return secretUses(definition).flatMap((use) => {
    const reference = readUse(use);
    if (!reference || !refersTo(reference, secret, here)) return [];
    const { container, kind, name, valueFrom } = use;
    return [{ container, kind, name, valueFrom, pinned: isPinned(reference) }];
  });
}
