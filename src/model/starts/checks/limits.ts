import type { TaskDefinition } from '../../definitions/task-definition.ts';
import {
  placeholderHint,
  placeholderProblems,
  placeholdersIn,
} from '../../definitions/placeholders.ts';
import {
  structureProblems,
  taskDefinitionWarnings,
} from '../../definitions/task-definition-checks.ts';
import { formatReference } from '../../secrets/reference.ts';
import type { Draft, StartFacts, Step } from './facts.ts';
import { referTo } from './uses.ts';

/**
 * What RegisterTaskDefinition rejects because of its form or size, and options that AWS does not
 * document.
 */
export function checkForm(facts: StartFacts): Draft[] {
  const { definition, form, status, service, uses, partial } = facts;
  if (partial) return [];
  const draft = (status: Draft['status'], text: string): Draft => {
    const [, subject = 'task definition', message = text] = /^(\S+): (.*)$/s.exec(text) ?? [];
    return {
      check: 'limits',
      status,
      subject,
      message,
      fix: withoutPlainValue(text, definition, uses),
    };
  };
  const placeholders = placeholdersIn(definition);
  // The hint applies to all of them, and is printed once.
  const { isTemplate = false } = facts.name;
  const left = placeholderProblems(placeholders).map((problem, index) => {
    if (isTemplate)
      return `${problem.replace(/ is not replaced/, ' is known when the stack is deployed')}; give --set NAME=VALUE`;
    return index === 0 ? `${problem}; ${placeholderHint(placeholders, true)}` : problem;
  });
  const problems = [...(isTemplate ? [] : left), ...form.faults, ...structureProblems(definition)];
  // Running tasks continue, and services may even scale (ECS guide, "deregistering a task
  // definition").
  const inactive =
    service === undefined
      ? draft('problem', 'status: it is INACTIVE: no new task starts from it; register it again')
      : draft('warning', 'status: it is INACTIVE; register it again before you deploy the service');
  return [
    ...(status === 'INACTIVE' ? [inactive] : []),
    ...problems.map((problem) => draft('problem', problem)),
    ...(isTemplate ? left : []).map((text) => draft('not-checked', text)),
    ...[...form.warnings, ...taskDefinitionWarnings(definition)].map((warning) =>
      draft('warning', warning),
    ),
    // AWS's description of a registered one is valid, even if this release does not recognize its
    // members.
    ...(status === undefined ? form.unknown : []).map((text) =>
      draft('not-checked', `${text} (is it misspelt?)`),
    ),
    ...(problems.length === 0 ? [draft('ok', 'structure and size are valid for ECS')] : []),
  ];
}

// --- internal ---

/** Setting a variable from a secret removes its plaintext value. */
function withoutPlainValue(
  problem: string,
  { containerDefinitions }: TaskDefinition,
  uses: StartFacts['uses'],
): Step[] {
  const [, index, name] =
    /^containerDefinitions\[(\d+)\]: "(.*)" is in environment and in secrets/.exec(problem) ?? [];
  const container = containerDefinitions[Number(index)]?.name;
  return uses
    .filter(({ use }) => use.kind === 'secrets' && use.container === container && use.name === name)
    .flatMap(({ use, reference, suggestion }) => {
      const written = reference ? formatReference(reference) : suggestion;
      return written === undefined ? [] : referTo(use, written);
    });
}
