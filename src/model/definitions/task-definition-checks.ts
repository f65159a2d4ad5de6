import { hiddenPlaces } from './hidden-plaintext.ts';
import type { Scope } from '../secrets/partition.ts';
import {
  placeholderHint,
  placeholderPlaces,
  placeholderProblems,
  placeholdersIn,
} from './placeholders.ts';
import { InvalidInput, Problems } from '../problems.ts';
import { isForFargate, sizeProblems } from './task-definition-sizes.ts';
import { credentialsFault, secretUses, useReference } from './secret-uses.ts';
import type { TaskDefinition } from './task-definition.ts';

/** Largest task definition, in bytes of JSON (ECS service quotas). */
export const taskDefinitionBytes = 65_536;

/** How a task definition compares with what RegisterTaskDefinition takes; each text begins with its place. */
export interface DefinitionForm {
  /** What ECS refuses: a wrong type, a required member that is missing, a value that is not one of a few. */
  faults: string[];
  /** What differs from AWS's documentation in upper and lower case only. */
  warnings: string[];
  /** What this release's SDK does not know: newer than it, or misspelt, which ECS leaves out silently. */
  unknown: string[];
}

/**
 * Checks what RegisterTaskDefinition would refuse, or take and then fail at start, as far as that
 * can be seen without a call. `faults` are those of its form; `substitutes` says whether the command
 * has `--substitute`. Throws InvalidInput with every problem and its place.
 */
export function checkTaskDefinition(
  definition: TaskDefinition,
  faults: readonly string[] = [],
  { substitutes = false } = {},
): void {
  const problems = new Problems();
  const placeholders = placeholdersIn(definition);
  problems.attempt(() => {
    if (placeholders.size === 0) return;
    const hint = placeholderHint(placeholders, substitutes);
    throw new InvalidInput(placeholderProblems(placeholders), hint);
  });
  for (const fault of faults) problems.add(fault);
  for (const problem of structureProblems(definition)) problems.add(problem);
  for (const place of hiddenPlaces(definition)) {
    problems.attempt(() => {
      throw new InvalidInput(
        `${place}: the value is hidden; register printed this in its place`,
        'print the task definition with register --show-plain, or write it with --output-file',
      );
    });
  }
  const uses = secretUses(definition);
  const held = new Set([...placeholders.values()].flat());
  for (const use of uses.filter(({ place }) => !held.has(place))) {
    const reference = problems.attempt(() => useReference(use), use.place);
    const fault = reference && credentialsFault(use, reference);
    if (fault !== undefined) problems.add(`${use.place}: ${fault}`);
  }
  const { executionRoleArn: role } = definition;
  if (role && !held.has('executionRoleArn') && !isRole(role)) {
    problems.add(`executionRoleArn: "${role}" is neither the name nor the ARN of a role`);
  }
  if (uses.length > 0 && !definition.executionRoleArn) {
    problems.add(
      'executionRoleArn: it is missing though secrets are referenced; give --execution-role (ecs-secrets role create makes one)',
    );
  }
  problems.throwIfAny();
}

/**
 * The same but for placeholders, for references and for the role that they need: a sentence with its
 * place for each.
 */
export function structureProblems(definition: TaskDefinition): string[] {
  const problems: string[] = [];
  const add = (problem: string): void => {
    problems.push(problem);
  };
  const { family, containerDefinitions: containers } = definition;
  if (!family) add('family: it is missing; write it in the file or give --family');
  else if (!/^[a-zA-Z0-9_-]{1,255}$/.test(family)) {
    add(`family: "${family}" is not 1 to 255 letters, digits, "_" and "-"`);
  }
  if (containers.length > 10) {
    add(`containerDefinitions: there are ${containers.length}; ECS accepts at most 10`);
  }
  for (const name of repeated(containers.map((container) => container.name))) {
    add(`containerDefinitions: the name "${name}" is used twice`);
  }

  containers.forEach((container, index) => {
    const place = `containerDefinitions[${index}]`;
    if (!container.image) add(`${place}.image: is missing; write it in the file or give --image`);
    const secrets = (container.secrets ?? []).map(({ name }) => name);
    const environment = new Set((container.environment ?? []).map(({ name }) => name));
    for (const name of repeated(secrets)) {
      add(`${place}.secrets: "${name}" is listed twice; each name must be unique`);
    }
    for (const name of new Set(secrets.filter((secret) => environment.has(secret)))) {
      add(`${place}: "${name}" is in environment and in secrets; remove it from environment`);
    }
    for (const name of repeated(
      (container.logConfiguration?.secretOptions ?? []).map((o) => o.name),
    )) {
      add(`${place}.logConfiguration.secretOptions: "${name}" is listed twice`);
    }
  });

  const { executionRoleArn, taskRoleArn } = definition;
  if (executionRoleArn === '' && secretUses(definition).length === 0) {
    add('executionRoleArn: is empty; remove it, or name a role');
  }
  if (taskRoleArn === '') add('taskRoleArn: is empty; remove it, or name a role');
  else if (
    taskRoleArn &&
    !isRole(taskRoleArn) &&
    !placeholderPlaces(definition).has('taskRoleArn')
  ) {
    add(`taskRoleArn: "${taskRoleArn}" is neither the name nor the ARN of a role`);
  }
  for (const problem of sizeProblems(definition)) add(problem);
  checkLimits(definition, add);
  const bytes = Buffer.byteLength(JSON.stringify(definition), 'utf8');
  if (bytes > taskDefinitionBytes) {
    add(`the task definition has ${bytes} bytes; ECS accepts at most ${taskDefinitionBytes}`);
  }
  return problems;
}

/**
 * Checks where the references point, seen from the account and region that the task runs in. Throws
 * InvalidInput (ECS guide, "specifying sensitive data": parameters of other accounts are refused).
 */
export function checkReferenceScopes(definition: TaskDefinition, here: Scope): void {
  const problems = new Problems();
  for (const use of secretUses(definition)) {
    const { scope, store } = useReference(use);
    if (!scope) continue;
    if (scope.partition !== here.partition) {
      problems.add(
        `${use.place}: its partition is ${scope.partition}; the task runs in ${here.partition}`,
      );
    } else if (store === 'parameter-store' && scope.account !== here.account) {
      problems.add(
        `${use.place}: its account is ${scope.account}; ECS reads parameters of its own account (${here.account}) only`,
      );
    }
  }
  problems.throwIfAny();
}

/** What is worth a word though ECS takes it; each with its place. */
export function taskDefinitionWarnings({ containerDefinitions }: TaskDefinition): string[] {
  return containerDefinitions.flatMap(({ logConfiguration: logs }, index) => {
    const driver = logs?.logDriver ?? '';
    if (!logs?.secretOptions?.length || documentedDrivers.has(driver)) return [];
    return [
      `containerDefinitions[${index}].logConfiguration.secretOptions: AWS documents them for ${[...documentedDrivers].join(', ')}, not for ${driver}`,
    ];
  });
}

/** Whether a text is the name or the ARN of a role (IAM API reference, CreateRole). */
export function isRole(written: string): boolean {
  return /^(?:arn:[^:]+:iam::\d{12}:role\/(?:.*\/)?)?[\w+=,.@-]{1,64}$/.test(written);
}

// --- internal ---

/** ECS guide, "specifying sensitive data using logging configuration". */
const documentedDrivers = new Set(['splunk', 'fluentd', 'awsfirelens']);

/** Log drivers of Fargate (ECS API reference, LogConfiguration). */
const fargateDrivers = new Set(['awslogs', 'splunk', 'awsfirelens']);

/** Limits of ECS and of Fargate (ECS service quotas, API reference). */
function checkLimits(definition: TaskDefinition, add: (problem: string) => void): void {
  const { containerDefinitions: containers, placementConstraints, tags } = definition;
  const count = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
  if (count(placementConstraints) > 10) {
    add('placementConstraints: ECS accepts at most 10');
  }
  if (count(tags) > 50) add('tags: ECS accepts at most 50');
  if (containers.length > 0 && containers.every(({ essential }) => essential === false)) {
    add('containerDefinitions: at least one container must be essential');
  }
  if (!isForFargate(definition)) return;
  containers.forEach(({ logConfiguration: logs }, index) => {
    const driver = logs?.logDriver;
    const place = `containerDefinitions[${index}].logConfiguration.logDriver`;
    if (driver === undefined) return;
    if (!fargateDrivers.has(driver)) {
      add(`${place}: Fargate takes ${[...fargateDrivers].join(', ')}, not ${driver}`);
    }
    if (driver === 'awslogs' && !definition.executionRoleArn) {
      add(`${place}: Fargate needs an execution role for awslogs; give --execution-role`);
    }
  });
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
