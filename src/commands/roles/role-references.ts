import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { fromProject, repeatable, type Context, type Reporter } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import {
  placeholderHint,
  placeholderProblems,
  placeholdersIn,
} from '../../model/definitions/placeholders.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import type { Reference, Store } from '../../model/secrets/reference.ts';
import { withoutValue } from '../../model/secrets/shown-text.ts';
import {
  readUse,
  roleFiles,
  secretUses,
  serviceConnectUses,
  useReference,
} from '../../model/definitions/secret-uses.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import type { DerivedGrants, GrantRequest } from '../../operations/roles/role-grants.ts';
import {
  describeTaskDefinition,
  readTaskDefinitions,
} from '../../operations/definitions/read-task-definition.ts';
import { namedSecrets } from '../../operations/definitions/named-secrets.ts';
import { scan } from '../../operations/usage/scan.ts';
import { referenceArgument } from '../reference-argument.ts';
import { serviceNames } from '../usage/service-options.ts';
import { sourcesOf } from '../sources.ts';
import { variablesOf, withSubstitution, type SubstitutionOptions } from '../substitution.ts';
import { storeOption } from '../secrets/store-option.ts';

/** What an execution role is for: what commander gives for the options below. */
export interface ReferenceOptions extends SubstitutionOptions {
  taskDefinition?: string[] | undefined;
  service?: string[] | undefined;
  secret?: string[] | undefined;
  store?: Store | undefined;
  allowMissing?: true | undefined;
  kmsKey?: string[] | undefined;
}

/** Adds the options that name the secrets which tasks read. */
export function withReferenceOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return withSubstitution(command)
    .addOption(
      fromProject(
        new Option(
          '--task-definition <file|family>',
          'what this refers to: FILE, FAMILY[:REVISION] (repeatable)',
        ),
        ['taskDefinitions'],
        ['service', 'secret'],
      ).argParser(repeatable),
    )
    .option(
      '--service <cluster/service>',
      'what a running service refers to (repeatable)',
      repeatable,
    )
    .option('--secret <ref>', 'this secret (repeatable)', repeatable)
    .addOption(storeOption())
    .option('--allow-missing', 'also grant secrets that do not exist yet')
    .option('--kms-key <arn>', 'KMS key of a cross-account secret (repeatable)', repeatable);
}

/** What is to be read, and the task definitions that it was found in. */
export interface RoleReferences extends GrantRequest {
  definitions: TaskDefinition[];
}

/**
 * Reads every reference that the options lead to. Throws UsageError for no option at all, InvalidInput
 * with the place of each reference that is malformed.
 */
export async function readReferences(
  { aws, world, report }: Context,
  options: ReferenceOptions,
): Promise<RoleReferences> {
  const written = options.taskDefinition ?? [];
  const secrets = options.secret ?? [];
  const problems = new Problems();
  const services = serviceNames('--service', options.service, problems);
  if (written.length + secrets.length + services.length === 0) {
    problems.throwIfAny();
    throw new UsageError(
      'no references given',
      'give --task-definition FILE|FAMILY, --service CLUSTER/SERVICE or --secret REF',
    );
  }
  const references = secrets.flatMap(
    (ref) => problems.attempt(() => referenceArgument(ref, options.store)) ?? [],
  );
  for (const arn of options.kmsKey ?? []) {
    if (!/^arn:[^:]+:kms:[^:]+:\d{12}:key\/.+$/.test(arn)) {
      problems.add(
        `--kms-key: "${withoutValue(arn)}" is not the ARN of a key (arn:…:key/…, not an alias)`,
      );
    }
  }
  problems.throwIfAny();

  const definitions: TaskDefinition[] = [];
  const sources = sourcesOf(world);
  const variables = await variablesOf(options, world);
  for (const id of written) {
    const found = await readTaskDefinitions(id, aws, sources, {
      variables,
      accepts: ['CloudFormation template', 'list of containers'],
    });
    definitions.push(...found);
  }
  if (services.length > 0) {
    const found = await scan(aws, { clusters: [], services });
    for (const arn of new Set(found.services.flatMap((one) => one.taskDefinition ?? []))) {
      const known = found.revisions.get(arn) ?? (await describeTaskDefinition(arn, aws));
      definitions.push(known.definition);
    }
    const own = found.services.flatMap(({ serviceConnect = [] }) => serviceConnect);
    references.push(...serviceConnectUses(own).flatMap((use) => readUse(use) ?? []));
  }
  for (const definition of definitions) {
    references.push(...referencesIn(definition, problems, report));
    const { named, unread } = await namedSecrets(aws, definition);
    references.push(...named.flatMap((use) => readUse(use) ?? []));
    for (const what of unread) {
      report.warn(`not checked: ${what}; grant the secret that it names with --secret REF`);
    }
  }
  problems.throwIfAny();
  return {
    definitions,
    references,
    files: [...new Set(definitions.flatMap(roleFiles))].map((objectArn) => ({ objectArn })),
    allowMissing: options.allowMissing ?? false,
    keyArns: options.kmsKey ?? [],
  };
}

/** Says what was found out about grants that deserves a word. */
export function tellGrants(report: Reporter, { missing, unknownKeys }: DerivedGrants): void {
  for (const reference of missing) {
    report.warn(
      `${reference} does not exist yet; it is granted by name, with the store's default key`,
    );
  }
  for (const arn of unknownKeys) {
    report.warn(
      `the key of ${arn} is not known, and ECS needs kms:Decrypt on it: give --kms-key ARN`,
    );
  }
}

// --- internal ---

/**
 * The references of a task definition. A placeholder in one is a problem; elsewhere it is worth a
 * warning only, since templates leave the role and the image open.
 */
function referencesIn(
  definition: TaskDefinition,
  problems: Problems,
  report: Reporter,
): Reference[] {
  const uses = secretUses(definition);
  const ofUses = new Set(uses.map(({ place }) => place));
  const all = [...placeholdersIn(definition)];
  const inUse = ([, places]: [string, string[]]): boolean => places.some((one) => ofUses.has(one));
  const wrong = new Map(all.filter(inUse));
  const others = new Map(all.filter((one) => !inUse(one)));
  for (const text of placeholderProblems(others)) report.warn(text);
  problems.attempt(() => {
    if (wrong.size === 0) return;
    throw new InvalidInput(placeholderProblems(wrong), placeholderHint(wrong, true));
  });
  const held = new Set([...wrong.values()].flat());
  return uses
    .filter(({ place }) => !held.has(place))
    .flatMap((use) => problems.attempt(() => useReference(use), use.place) ?? []);
}
