import type { Aws } from '../../aws/index.ts';
import type { DefinitionName, StartFacts } from '../../model/starts/checks/facts.ts';
import { placeholderPlaces } from '../../model/definitions/placeholders.ts';
import { secretUses, serviceConnectUses } from '../../model/definitions/secret-uses.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import { namedSecrets } from '../definitions/named-secrets.ts';
import { isRole } from '../../model/definitions/task-definition-checks.ts';
import { ahead } from '../ahead.ts';
import { askingOnce, exceptParameters } from '../asking-once.ts';
import { readRole } from '../roles/role-policies.ts';
import { gatherImageFacts, type ImageOptions } from './gather-image-facts.ts';
import { readLoadBalancers } from '../rollout/read-load-balancers.ts';
import { gatherLogFacts } from './gather-log-facts.ts';
import { gatherPlacement } from './gather-placement.ts';
import { gatherNetworkFact } from './gather-network-fact.ts';
import { gatherPassFacts, gatherRoleFact } from './gather-role-facts.ts';
import { gatherSecretFacts } from './gather-secret-facts.ts';
import { gatherTaskRole } from './gather-task-role.ts';
import type { Service } from '../../aws/ecs-answers.ts';
import { lastPart } from '../../model/last-part.ts';

/** A task definition to start, and where. */
export interface StartTarget {
  /** As the user wrote it. */
  target: string;
  name: DefinitionName;
  definition: TaskDefinition;
  /** `ACTIVE` or `INACTIVE`; undefined if it is not registered. */
  status: string | undefined;
  service: Service | undefined;
  /** A service whose network and capacity count instead: its next task is not meant. */
  like?: Service | undefined;
  /** Created from a text: missing parts are unknown then. */
  partial?: boolean;
}

/**
 * Gathers the facts needed before tasks start: concurrently, and with each call only once for all
 * targets. Reads values only on request, and keeps only their structure.
 */
export async function gatherStartFacts(
  given: Aws,
  targets: readonly StartTarget[],
  options: ImageOptions & { readValues: boolean },
): Promise<StartFacts[]> {
  const aws = askingOnce(given);
  const asking = ahead(aws.caller());
  // None of these depends on the references, so the calls run beside the search for secrets.
  for (const { definition, service } of targets) {
    const { executionRoleArn: role } = definition;
    if (role && isRole(role)) void ahead(aws.iam().then((iam) => readRole(iam, role)));
    void ahead(gatherTaskRole(aws, definition));
    void ahead(readLoadBalancers(aws, service));
    void ahead(gatherPassFacts(aws, definition));
  }
  const definitions = targets.map(({ definition }) => definition);
  const imaging = ahead(gatherImageFacts(aws, definitions, options));
  const ecs = await given.ecs();
  const usesOf = await Promise.all(
    targets.map(async ({ definition, service }) => {
      const held = placeholderPlaces(definition);
      const uses = [
        ...secretUses(definition),
        ...(await namedSecrets(aws, definition)).named,
        ...serviceConnectUses(service?.serviceConnect ?? []),
      ];
      return uses.filter(({ place }) => !held.has(place));
    }),
  );
  const all = await gatherSecretFacts(exceptParameters(aws, given), usesOf.flat(), options);
  const here = await asking;
  const images = await imaging;
  return Promise.all(
    targets.map(
      async (
        { definition, name, service, like = service, status, partial = false },
        index,
      ): Promise<StartFacts> => {
        const start = usesOf.slice(0, index).flat().length;
        const uses = all.slice(start, start + (usesOf[index]?.length ?? 0));
        const placing = gatherPlacement(aws, definition, like);
        const [role, taskRole, passes, logGroups, loadBalancers, placement, network] =
          await Promise.all([
            gatherRoleFact(aws, definition, uses),
            gatherTaskRole(aws, definition),
            gatherPassFacts(aws, definition),
            gatherLogFacts(aws, definition, here),
            readLoadBalancers(aws, service),
            placing,
            placing.then((placement) => gatherNetworkFact(aws, definition, like, placement)),
          ]);
        return {
          here,
          definition,
          form: ecs.formOf(definition),
          status,
          name,
          service: service && { cluster: lastPart(service.cluster), name: service.name },
          placement,
          uses,
          role,
          taskRole,
          images: images[index] ?? [],
          logGroups,
          loadBalancers,
          passes,
          network,
          partial,
        };
      },
    ),
  );
}
