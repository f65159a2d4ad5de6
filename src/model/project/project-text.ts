import { projectMembers, type Project } from './project.ts';

/**
 * The text of a project's file with these members: JSON with a comment for each member; those that are not
 * set are there as comments, with an example.
 */
export function projectText(members: Project): string {
  const values = members as Readonly<Record<string, unknown>>;
  const line = (name: string, value: unknown): string => `"${name}": ${inline(value)},`;
  return [
    '// Options of ecs-secrets for this repository. Options of the command line and the environment',
    '// (ECS_SECRETS_*, AWS_REGION) override them. Names only: no secret value belongs here.',
    '{',
    ...(members.$schema === undefined ? [] : [`  ${line('$schema', members.$schema)}`, '']),
    projectMembers()
      .map(({ name, description, example }) => {
        const set = values[name] !== undefined;
        const member = line(name, set ? values[name] : example);
        return `  // ${description}\n  ${set ? member : `// ${member}`}`;
      })
      .join('\n\n'),
    '}',
    '',
  ].join('\n');
}

// --- internal ---

function inline(value: unknown): string {
  return Array.isArray(value)
    ? `[${value.map((one) => JSON.stringify(one)).join(', ')}]`
    : JSON.stringify(value);
}
