// What the caller of a command has to be allowed, as tables in Markdown.
import { permissionsOf } from '../../src/manual/permissions.ts';
import { table } from './markdown.ts';

/** The section on permissions of a command's page. */
export function permissionSection(name: string): string {
  const { policy, note, tables } = permissionsOf(name);
  if (policy === undefined) return note;
  const quoted = policy.includes(' ') ? `'${policy}'` : policy;
  return [
    `\`ecs-secrets policy caller --for ${quoted}\` prints this as a policy. Options of \`policy caller\` narrow it.`,
    ...tables.map(({ option, rows }) => {
      const body = table(
        ['on', 'actions'],
        rows.map(([target, actions]) => [target, actions.map((one) => `\`${one}\``).join(', ')]),
      );
      return option === undefined ? body : `With \`${option}\` also:\n\n${body}`;
    }),
  ].join('\n\n');
}
