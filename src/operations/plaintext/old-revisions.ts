import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import { plaintextIn } from '../../model/definitions/plaintext-findings.ts';
import { isAtLeast } from '../../model/secrets/plaintext-secrets.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import type { Watch } from '../usage/retire-revisions.ts';
import { revisionUsers, usersOf, userWords } from '../usage/revision-users.ts';

/** A revision that still contains plaintext secrets. */
export interface OldRevision {
  arn: string;
  status: string;
  /** The variables that look like secrets, as `CONTAINER:NAME`. */
  variables: string[];
  /** What runs it or is configured to, for people: `service shop/web`. */
  users: string[];
}

/** The revisions of a family that still contain secrets. */
export interface OldRevisions {
  revisions: OldRevision[];
  /** Possible users that could not be checked, e.g. `EventBridge rules (…)`. */
  unchecked: string[];
}

/**
 * The revisions of a family, except its latest, that still contain plaintext secrets, and what runs
 * them. Throws Interrupted.
 */
export async function oldRevisions(
  aws: Aws,
  family: string,
  latest: string | undefined,
  watch: Watch,
): Promise<OldRevisions> {
  const looking = look(aws, family, latest, watch);
  return untilInterrupted(looking, watch.interrupted, 'interrupted; no old revision was changed');
}

// --- internal ---

async function look(
  aws: Aws,
  family: string,
  latest: string | undefined,
  { interrupted, onProgress }: Watch,
): Promise<OldRevisions> {
  const ecs = await aws.ecs();
  const arns = [
    ...(await ecs.revisions('ACTIVE', family)),
    ...(await ecs.revisions('INACTIVE', family)),
  ].filter((arn) => arn !== latest);
  let done = 0;
  const described = await pMap(
    arns,
    async (arn) => {
      if (interrupted.aborted) return undefined;
      const revision = await ecs.taskDefinition(arn);
      done += 1;
      onProgress({ step: 'reading old revisions', done, total: arns.length });
      return revision;
    },
    { concurrency: 8 },
  );
  const holding = described.flatMap((revision) => {
    const variables = (revision ? plaintextIn(revision.definition) : [])
      .filter(
        ({ placeKind, confidence }) =>
          placeKind === 'environment' && isAtLeast(confidence, 'medium'),
      )
      .map(({ container, name }) => `${container}:${name}`);
    return revision && variables.length > 0 ? [{ revision, variables }] : [];
  });
  if (holding.length === 0 || interrupted.aborted) return { revisions: [], unchecked: [] };
  const found = await revisionUsers(aws, onProgress);
  return {
    unchecked: found.unchecked,
    revisions: holding.map(({ revision: { arn, status }, variables }) => ({
      arn,
      status,
      variables,
      users: usersOf(found, arn).map(userWords),
    })),
  };
}
