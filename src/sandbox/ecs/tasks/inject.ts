import type { ContainerDefinition, InjectedContainer, SecretReference, Task } from '../state.ts';

/**
 * What the containers of a task are started with (agent/api/task/task.go: `populateContainerSecrets`,
 * `PopulateSecretLogOptionsToFirelensContainer`, `ApplyRegionToContainer`).
 */
export function inject(task: Task, values: ReadonlyMap<string, string>): InjectedContainer[] {
  const { containerDefinitions } = task.definition.registration;
  const fetched = (references: readonly SecretReference[] = []): Record<string, string> =>
    Object.fromEntries(
      references.map(({ name, valueFrom }) => [name, values.get(valueFrom) ?? '']),
    );
  const routed = Object.fromEntries(
    containerDefinitions.flatMap(({ logConfiguration: log }, index) =>
      log?.logDriver === firelens
        ? Object.entries(fetched(log.secretOptions)).map(([name, value]) => [
            `${name}_${index}`,
            value,
          ])
        : [],
    ),
  ) as Record<string, string>;

  return containerDefinitions.map((container) => {
    const { name, environment = [], secrets, logConfiguration: log } = container;
    const override = task.overrides.containerOverrides?.find((entry) => entry.name === name);
    const plain = [...environment, ...(override?.environment ?? [])];
    const own: Record<string, string> = {
      ...Object.fromEntries(plain.map((entry) => [entry.name, entry.value])),
      ...fetched(secrets),
      ...(container.firelensConfiguration !== undefined && routed),
    };
    return {
      name,
      environment: { ...regionFor(own, task.region), ...own },
      logOptions: { ...log?.options, ...secretLogOptions(container, fetched) },
    };
  });
}

// --- internal ---

const firelens = 'awsfirelens';

/** Both variables, unless the container has one of them. */
function regionFor(environment: Record<string, string>, region: string): Record<string, string> {
  const names = ['AWS_REGION', 'AWS_DEFAULT_REGION'];
  if (names.some((name) => Object.hasOwn(environment, name))) return {};
  return Object.fromEntries(names.map((name) => [name, region]));
}

/** The container of FireLens gets those of its own driver; an empty value leaves the plain option. */
function secretLogOptions(
  { logConfiguration: log }: ContainerDefinition,
  fetched: (references?: readonly SecretReference[]) => Record<string, string>,
): Record<string, string> {
  if (log?.logDriver === firelens) return {};
  const options = Object.entries(fetched(log?.secretOptions));
  return Object.fromEntries(options.filter(([, value]) => value !== ''));
}
