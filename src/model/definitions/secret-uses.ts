import { InvalidInput } from '../problems.ts';
import { parseValueFrom, type Reference } from '../secrets/reference.ts';
import type { SecretEntry, TaskDefinition } from './task-definition.ts';

/**
 * The kinds of place that hold a reference to a secret. `fsxCredentials` is a volume's
 * `fsxWindowsFileServerVolumeConfiguration.authorizationConfig`; `serviceConnect` stands on the service,
 * in the log configuration of Service Connect.
 */
export type UseKind =
  | 'secrets'
  | 'secretOptions'
  | 'repositoryCredentials'
  | 'credentialSpecs'
  | 'fsxCredentials'
  | 'serviceConnect';

/** One reference of a task definition or a service. */
export interface SecretUse {
  /** Empty for a volume and for Service Connect. */
  container: string;
  kind: UseKind;
  /**
   * Environment variable, log option or volume; `CredentialArn` for the secret that a credential spec
   * names; empty for repository credentials and the credential spec itself.
   */
  name: string;
  valueFrom: string;
  /** Where it stands, e.g. `containerDefinitions[0].secrets[1].valueFrom`. */
  place: string;
}

/** Every reference of a task definition to a secret, in order. */
export function secretUses(definition: TaskDefinition): SecretUse[] {
  return spots(definition).map(({ use }) => use);
}

/** The references of a service's own: those of the log configuration of Service Connect. */
export function serviceConnectUses(secretOptions: readonly SecretEntry[]): SecretUse[] {
  return secretOptions.map(({ name, valueFrom }, at) => ({
    container: '',
    kind: 'serviceConnect',
    name,
    valueFrom,
    place: `serviceConnectConfiguration.logConfiguration.secretOptions[${at}].valueFrom`,
  }));
}

/** Whose a use is and what it is, for people: `web`, `DB_PASSWORD`. */
export function useWords({
  container,
  kind,
  name,
}: Pick<SecretUse, 'container' | 'kind' | 'name'>): [of: string, what: string] {
  if (kind === 'fsxCredentials') return [`volume ${name}`, 'authorizationConfig'];
  if (kind === 'serviceConnect') return ['Service Connect', name];
  return [container, name || kind];
}

/** What a use refers to, as ECS reads it. Throws InvalidInput when it is malformed. */
export function useReference({ kind, valueFrom }: SecretUse): Reference {
  // A bare name in repositoryCredentials is a secret's, everywhere else a parameter's (botocore model).
  const bare = kind === 'repositoryCredentials' ? 'secrets-manager' : 'parameter-store';
  return parseValueFrom(valueFrom, bare);
}

/**
 * Why the agent cannot read the credentials of a registry under a reference that is well formed otherwise:
 * it asks Secrets Manager for the whole text (agent/asm/asm.go).
 */
export function credentialsFault({ kind }: SecretUse, reference: Reference): string | undefined {
  if (kind !== 'repositoryCredentials') return undefined;
  if (reference.store === 'parameter-store') {
    return 'it is a parameter; credentials of a registry must be a secret in Secrets Manager';
  }
  const { jsonKey, versionStage, versionId } = reference;
  return jsonKey === undefined && versionStage === undefined && versionId === undefined
    ? undefined
    : 'credentials of a registry are a whole secret: nothing can follow its name or ARN';
}

/** What a use refers to, or undefined when it is malformed: for definitions that others wrote. */
export function readUse(use: SecretUse): Reference | undefined {
  try {
    return useReference(use);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

/** A copy in which every reference is replaced by what `replace` makes of it. */
export function mapSecretUses(
  definition: TaskDefinition,
  replace: (use: SecretUse) => string,
): TaskDefinition {
  const copy = structuredClone(definition);
  for (const { use, set } of spots(copy)) set(replace(use));
  return copy;
}

/**
 * ARNs of the S3 objects that are read under the execution role: environment files, the configuration
 * of FireLens (`config-file-type` of `s3`) and credential specs (ECS guide; the agent's sources).
 */
export function roleFiles({ containerDefinitions }: TaskDefinition): string[] {
  const written = containerDefinitions.flatMap((container): unknown[] => [
    ...environmentFiles(container.environmentFiles),
    firelensFile(container.firelensConfiguration),
    ...(container.credentialSpecs ?? []).map((spec) => specTarget(spec)?.arn),
  ]);
  return [...new Set(written)].filter((arn) => typeof arn === 'string').filter(isObjectArn);
}

/** A credential spec in a container of a task definition. */
export interface CredentialSpec {
  container: string;
  /** e.g. `containerDefinitions[0].credentialSpecs[0]` */
  place: string;
  /** ARN of the parameter, secret or S3 object with the document. */
  arn: string;
}

/** The credential specs that name a secret with the account's password in their document. */
export function domainlessSpecs({ containerDefinitions }: TaskDefinition): CredentialSpec[] {
  return containerDefinitions.flatMap(({ name: container, credentialSpecs }, index) =>
    (credentialSpecs ?? []).flatMap((written, at) => {
      const spec = specTarget(written);
      const place = `containerDefinitions[${index}].credentialSpecs[${at}]`;
      return spec?.prefix === 'credentialspecdomainless:'
        ? [{ container, place, arn: spec.arn }]
        : [];
    }),
  );
}

// --- internal ---

/** A use, and how another reference gets into its place. */
interface Spot {
  use: SecretUse;
  set: (valueFrom: string) => void;
}

/** The one list of the places in a task definition where a reference to a secret can stand. */
function spots({ containerDefinitions, volumes }: TaskDefinition): Spot[] {
  return [
    ...containerDefinitions.flatMap((container, index) =>
      containerSpots(container, `containerDefinitions[${index}]`),
    ),
    ...(volumes ?? []).flatMap((volume, index) => volumeSpots(volume, `volumes[${index}]`)),
  ];
}

function containerSpots(
  definition: TaskDefinition['containerDefinitions'][number],
  place: string,
): Spot[] {
  const container = definition.name;
  const entries = (
    kind: UseKind,
    path: string,
    list: readonly SecretEntry[] | null | undefined,
  ): Spot[] =>
    (list ?? []).map((entry, at) => ({
      use: {
        container,
        kind,
        name: entry.name,
        valueFrom: entry.valueFrom,
        place: `${place}.${path}[${at}].valueFrom`,
      },
      set: (valueFrom) => {
        entry.valueFrom = valueFrom;
      },
    }));
  const { secrets, logConfiguration, repositoryCredentials: registry } = definition;
  const specs = definition.credentialSpecs ?? [];
  return [
    ...entries('secrets', 'secrets', secrets),
    ...entries('secretOptions', 'logConfiguration.secretOptions', logConfiguration?.secretOptions),
    ...(registry
      ? [
          {
            use: {
              container,
              kind: 'repositoryCredentials' as const,
              name: '',
              valueFrom: registry.credentialsParameter,
              place: `${place}.repositoryCredentials.credentialsParameter`,
            },
            set: (valueFrom: string) => {
              registry.credentialsParameter = valueFrom;
            },
          },
        ]
      : []),
    ...specs.flatMap((written, at): Spot[] => {
      const spec = specTarget(written);
      if (!spec || isObjectArn(spec.arn)) return [];
      return [
        {
          use: {
            container,
            kind: 'credentialSpecs',
            name: '',
            valueFrom: spec.arn,
            place: `${place}.credentialSpecs[${at}]`,
          },
          set: (valueFrom) => {
            specs[at] = `${spec.prefix}${valueFrom}`;
          },
        },
      ];
    }),
  ];
}

function volumeSpots(
  volume: NonNullable<TaskDefinition['volumes']>[number],
  place: string,
): Spot[] {
  const authorization = volume.fsxWindowsFileServerVolumeConfiguration?.authorizationConfig;
  if (authorization?.credentialsParameter === undefined) return [];
  return [
    {
      use: {
        container: '',
        kind: 'fsxCredentials',
        name: volume.name ?? '',
        valueFrom: authorization.credentialsParameter,
        place: `${place}.fsxWindowsFileServerVolumeConfiguration.authorizationConfig.credentialsParameter`,
      },
      set: (valueFrom) => {
        authorization.credentialsParameter = valueFrom;
      },
    },
  ];
}

/** Where a credential spec is read from; undefined for a file of the instance (`file://`). */
function specTarget(written: string): { prefix: string; arn: string } | undefined {
  const [, prefix, arn] = /^(credentialspec(?:domainless)?:)(arn:.*)$/s.exec(written) ?? [];
  if (prefix === undefined || arn === undefined) return undefined;
  const isKnown = isObjectArn(arn) || /^arn:[^:]*:(?:ssm|secretsmanager):/.test(arn);
  return isKnown ? { prefix, arn } : undefined;
}

function isObjectArn(arn: string): boolean {
  return /^arn:[^:]+:s3:::[^/]+\/./.test(arn);
}

function environmentFiles(files: unknown): unknown[] {
  if (!Array.isArray(files)) return [];
  return files.map((file: { value?: unknown } | null) => file?.value);
}

function firelensFile(configuration: unknown): unknown {
  const { options } = (configuration ?? {}) as { options?: Record<string, unknown> | null };
  return options?.['config-file-type'] === 's3' ? options['config-file-value'] : undefined;
}
