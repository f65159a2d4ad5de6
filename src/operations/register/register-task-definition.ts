import type { Service } from '../../aws/ecs-answers.ts';
import type { Aws } from '../../aws/index.ts';
import { AwsError, CliError } from '../../errors.ts';
import { plaintextIn } from '../../model/definitions/plaintext-findings.ts';
import { isAtLeast } from '../../model/secrets/plaintext-secrets.ts';
import { InvalidInput } from '../../model/problems.ts';
import {
  formatReference,
  formatValueFrom,
  isProvidedByAws,
  type Store,
} from '../../model/secrets/reference.ts';
import { rolePropagation } from '../../model/rollout/rollout.ts';
import { missingVersionWarning } from '../../model/secrets/secret-versions.ts';
import {
  checkReferenceScopes,
  checkTaskDefinition,
  taskDefinitionWarnings,
} from '../../model/definitions/task-definition-checks.ts';
import { diffTaskDefinitions } from '../../model/definitions/task-definition-diff.ts';
import {
  editTaskDefinition,
  unshownReferences,
  type Edits,
} from '../../model/definitions/task-definition-edit.ts';
import { sameTaskDefinition } from '../../model/definitions/task-definition-equal.ts';
import { mapSecretUses, secretUses, useReference } from '../../model/definitions/secret-uses.ts';
import type { TaskDefinition } from '../../model/definitions/task-definition.ts';
import type { Clock } from '../../world.ts';
import { ahead } from '../ahead.ts';
import { askingOnce, exceptParameters } from '../asking-once.ts';
import { readRole } from '../roles/role-policies.ts';
import { checkLoadBalancers } from './check-load-balancers.ts';
import { checkReferences, readsRole } from './check-references.ts';
import { registerOnce } from './register-once.ts';
import { resolveReferences, type ResolvedSecret } from '../secrets/resolve-references.ts';

/** What to register, based on which definition. */
export interface RegisterRequest {
  base: TaskDefinition;
  edits: Omit<Edits, 'executionRoleArn'>;
  /** Name or ARN. */
  executionRole: string | undefined;
  /** The store of a bare name in the edits. */
  store: Store;
  /** Register even if the latest revision has the same content. */
  force: boolean;
  dryRun: boolean;
  /** Treat warnings as errors. */
  strict: boolean;
  /** Check whether JSON secrets have the referenced keys and their values are strings. */
  readValues: boolean;
  onWarning: (text: string) => void;
  /** The services that will run it: it has to fit their load balancers. */
  services: readonly Service[];
  clock: Clock;
  interrupted: AbortSignal;
  /** Called if ECS does not see the role yet; the call is then retried for 2 minutes. */
  onWait: () => void;
}

/** What was registered, or with `dryRun` would be registered. */
export interface RegisterOutcome {
  action: 'registered' | 'unchanged';
  /** Undefined with `dryRun`, because nothing was registered. */
  arn: string | undefined;
  /** What was sent: references are full ARNs. */
  definition: TaskDefinition;
  /** Compared with the latest revision; see `diffTaskDefinitions`. */
  diff: string[];
  /** The previous latest ACTIVE revision; undefined for a new family. */
  latest: string | undefined;
}

/** A registration whose checks have passed. */
export interface PreparedRegistration {
  /** The outcome so far: `arn` is set if the latest revision is reused. */
  planned: RegisterOutcome;
  /** Registers a revision, unless the latest one is reused or with `dryRun`. */
  register: () => Promise<RegisterOutcome>;
}

/**
 * Registers a task definition with its references resolved to full ARNs. Reuses the latest ACTIVE
 * revision if it is equal. Throws InvalidInput before any call, and CliError before anything is
 * registered if a secret or the execution role does not exist.
 */
export async function registerTaskDefinition(
  aws: Aws,
  request: RegisterRequest,
): Promise<RegisterOutcome> {
  const { register } = await prepareRegistration(aws, request);
  return register();
}

/** The part of `registerTaskDefinition` before the write: it throws the same errors. */
export async function prepareRegistration(
  aws: Aws,
  request: RegisterRequest,
): Promise<PreparedRegistration> {
  const { base, edits, executionRole, store, force, dryRun } = request;
  // The name replaces the ARN until all checks that need no call have passed.
  const edited = editTaskDefinition(base, { ...edits, executionRoleArn: executionRole }, store);
  const ecs = await aws.ecs();
  const looking = askingOnce(aws);
  const form = ecs.formOf(edited);
  checkTaskDefinition(edited, form.faults, { substitutes: true });
  const fitting = ahead(checkLoadBalancers(looking, edited, request.services));
  // None of these depends on the references, so the calls run beside the search for secrets.
  const reading = ahead(ecs.taskDefinition(edited.family ?? ''));
  if (readsRole(edited)) {
    void ahead(looking.caller());
    void ahead(looking.iam().then((iam) => readRole(iam, edited.executionRoleArn ?? '')));
  }
  const { definition, valueless, known } = await withArns(
    exceptParameters(looking, aws),
    edited,
    unshownReferences(edits, store),
  );
  const warnings = [
    ...form.warnings,
    ...taskDefinitionWarnings(definition),
    ...plaintextWarnings(definition),
    ...valueless,
    ...(await checkReferences(looking, definition, { ...request, known })),
    ...(await fitting),
  ];
  if (request.strict && warnings.length > 0)
    throw new InvalidInput(warnings, 'fix them, or omit --strict');
  // Members added by AWS after this release are not an error of the file: --strict allows them.
  const unknown = [
    ...form.unknown.map((text) => `${text}; it is passed on (is it misspelt?)`),
    ...unlisted(definition),
  ];
  for (const warning of [...unknown, ...warnings]) request.onWarning(warning);

  const latest = await reading;
  const diff = diffTaskDefinitions(latest?.definition, definition);
  if (latest && !force && sameTaskDefinition(latest.definition, definition)) {
    const { arn } = latest;
    return prepared({ action: 'unchanged', arn, definition, diff, latest: arn });
  }
  const outcome = { action: 'registered' as const, definition, diff, latest: latest?.arn };
  const planned = { ...outcome, arn: undefined };
  if (dryRun) return prepared(planned);
  return {
    planned,
    async register() {
      const { arn } = await oncePropagated(() => registerOnce(ecs, definition, latest), request);
      return { ...outcome, arn };
    },
  };
}

// --- internal ---

/** A registration without a write. */
function prepared(planned: RegisterOutcome): PreparedRegistration {
  return { planned, register: () => Promise.resolve(planned) };
}

function plaintextWarnings(definition: TaskDefinition): string[] {
  return plaintextIn(definition)
    .filter(({ confidence }) => isAtLeast(confidence, 'medium'))
    .map(
      ({ place, name, kind }) =>
        `${place}: ${name || 'it'} looks like a secret (${kind}): anyone with ecs:DescribeTaskDefinition can read it; ecs-secrets migrate moves it into the store`,
    );
}

function unlisted(definition: TaskDefinition): string[] {
  return secretUses(definition)
    .filter((use) => isProvidedByAws(useReference(use)))
    .map(({ place }) => `${place}: not checked: AWS does not list the parameters that it provides`);
}

/**
 * The definition with full ARNs; warnings for references to a secret without a value, or without the
 * staging label in the reference; and the secrets by the references with full ARNs.
 */
async function withArns(
  aws: Aws,
  definition: TaskDefinition,
  instead: ReadonlyMap<string, string>,
): Promise<{
  definition: TaskDefinition;
  valueless: string[];
  known: ReadonlyMap<string, ResolvedSecret>;
}> {
  const uses = secretUses(definition);
  if (uses.some((use) => useReference(use).scope)) {
    checkReferenceScopes(definition, await aws.caller());
  }
  const secrets = await resolveReferences(aws, uses.map(useReference), instead);
  const result = mapSecretUses(definition, (use) => {
    const reference = useReference(use);
    // ECS documents names of parameters that AWS provides, but not their ARNs.
    if (isProvidedByAws(reference)) return reference.scope ? use.valueFrom : reference.name;
    const secret = secrets.get(formatReference(reference));
    return secret ? formatValueFrom(secret, reference) : use.valueFrom;
  });
  const role = definition.executionRoleArn;
  if (role !== undefined && !role.startsWith('arn:'))
    result.executionRoleArn = await roleArn(aws, role);
  const valueless = uses.flatMap((use) => {
    const reference = useReference(use);
    const { stages } = secrets.get(formatReference(reference)) ?? {};
    const warning = stages && missingVersionWarning(reference, stages);
    return warning === undefined ? [] : [`${use.place}: ${warning}`];
  });
  const known = new Map(
    secretUses(result).flatMap((use, index) => {
      const written = uses[index];
      const secret = written && secrets.get(formatReference(useReference(written)));
      return secret ? [[formatReference(useReference(use)), secret] as const] : [];
    }),
  );
  return { definition: result, valueless, known };
}

/**
 * ECS returns "Role is not valid" for a role that IAM has not propagated yet; `onWait` is called
 * once.
 */
async function oncePropagated<T>(
  call: () => Promise<T>,
  { clock, interrupted, onWait }: RegisterRequest,
): Promise<T> {
  const until = clock.now() + rolePropagation;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const early = error instanceof AwsError && /role is not valid/i.test(error.message);
      if (!early || clock.now() >= until || interrupted.aborted) throw error;
      if (attempt === 1) onWait();
      await clock.sleep(5_000, interrupted);
    }
  }
}

async function roleArn(aws: Aws, name: string): Promise<string> {
  const role = await (await aws.iam()).role(name);
  if (role) return role.arn;
  throw new CliError('role-not-found', `there is no role ${name}`, {
    hint: `ecs-secrets role create ${name} --task-definition … makes it`,
  });
}
