import { structureProblems, taskDefinitionWarnings } from '../task-definition-checks.ts';
import type { Draft, StartFacts } from './facts.ts';

/** What RegisterTaskDefinition refuses for its form or its size, and options that AWS does not document. */
export function checkForm({ definition }: StartFacts): Draft[] {
  const draft = (status: Draft['status'], text: string): Draft => {
    const [, subject = 'task definition', message = text] = /^(\S+): (.*)$/s.exec(text) ?? [];
    return { check: 'limits', status, subject, message, fix: [] };
  };
  const problems = structureProblems(definition);
  return [
    ...problems.map((problem) => draft('problem', problem)),
    ...taskDefinitionWarnings(definition).map((warning) => draft('warning', warning)),
    ...(problems.length === 0 ? [draft('ok', 'form and size are within what ECS takes')] : []),
  ];
}
