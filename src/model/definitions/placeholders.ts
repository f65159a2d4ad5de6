import { secretUses } from './secret-uses.ts';
import type { TaskDefinition } from './task-definition.ts';

/**
 * Placeholders that nobody replaced (`<ACCOUNT_ID>`, `REGION`, `{{NAME}}`, `${NAME}`, `REPLACE_ME`), each
 * with all its places: in roles, images, references to secrets and regions of logs.
 */
export function placeholdersIn(definition: TaskDefinition): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const text of textsOf(definition)) {
    for (const one of placeholdersOf(text)) {
      found.set(one, [...(found.get(one) ?? []), text.place]);
    }
  }
  return found;
}

/** A sentence for each placeholder, which begins with its first place. */
export function placeholderProblems(placeholders: ReadonlyMap<string, string[]>): string[] {
  return [...placeholders].map(([placeholder, [first = '', ...others]]) => {
    const [second] = others;
    const more = others.length > 1 ? ` and ${others.length - 1} more` : '';
    const also = second === undefined ? '' : ` (also in ${second}${more})`;
    return `${first}: the placeholder ${placeholder} is not replaced${also}`;
  });
}

/** What to do about them; `substitutes` says whether the command has `--substitute`. */
export function placeholderHint(
  placeholders: ReadonlyMap<string, string[]>,
  substitutes: boolean,
): string {
  const all = [...placeholders.keys()];
  const them = all.length === 1 ? 'it' : 'them';
  if (!substitutes) return `replace ${them} in the task definition`;
  if (all.every((one) => /^\$\{\w+\}$/.test(one))) {
    return `set ${all.length === 1 ? 'the variable' : 'the variables'} and pass --substitute`;
  }
  return `replace ${them}, or write \${NAME} and pass --substitute`;
}

/** Places that hold a placeholder: what else is wrong there follows from it. */
export function placeholderPlaces(definition: TaskDefinition): Set<string> {
  return new Set([...placeholdersIn(definition).values()].flat());
}

// --- internal ---

interface Text {
  place: string;
  text: string;
  kind: 'role' | 'image' | 'region' | 'reference';
}

function textsOf(definition: TaskDefinition): Text[] {
  const { executionRoleArn, taskRoleArn, containerDefinitions } = definition;
  const given = (place: string, text: string | undefined, kind: Text['kind']): Text[] =>
    text ? [{ place, text, kind }] : [];
  return [
    ...given('executionRoleArn', executionRoleArn, 'role'),
    ...given('taskRoleArn', taskRoleArn, 'role'),
    ...containerDefinitions.flatMap(({ image, logConfiguration }, index) => {
      const place = `containerDefinitions[${index}]`;
      const region = logConfiguration?.options?.['awslogs-region'];
      return [
        ...given(`${place}.image`, image, 'image'),
        ...given(`${place}.logConfiguration.options["awslogs-region"]`, region, 'region'),
      ];
    }),
    ...secretUses(definition).flatMap(({ place, valueFrom }) =>
      given(place, valueFrom, 'reference'),
    ),
  ];
}

/** None of the brackets can stand in a role, an image or a reference. */
const marked =
  /<[\w .:/-]{1,64}>|\{\{[\w .:/-]{1,64}\}\}|\$\{[\w.:-]{1,64}\}|\b(?:REPLACE|CHANGE)[_-]?ME\b|\bYOUR[_-][A-Z0-9_-]+/g;

/** `$NAME` of a shell. */
const variable = /\$[A-Z][A-Z0-9_]*/g;

/**
 * Words that consist of a placeholder. A reference of one word is the name of a parameter, an
 * image has no capitals (OCI distribution specification, "name").
 */
const words: Readonly<Record<Text['kind'], RegExp>> = {
  role: /^(?:[A-Z0-9_]+_)?ARN$/,
  image: /^[A-Z][A-Z0-9_-]*$/,
  region: /^[A-Z][A-Z0-9_-]*$|[Rr]egion/,
  reference: /^(?!)/,
};

function placeholdersOf({ text, kind }: Text): Set<string> {
  // What begins in no such way may be a value in place of a reference, and is not shown.
  const isReference = /^(?:arn:|s?sm:|\/|<|\{\{|\$\{|REPLACE|CHANGE|YOUR)/.test(text);
  if (kind === 'reference' && !isReference) return new Set();
  const found = [...(text.match(marked) ?? []), ...(text.match(variable) ?? [])];
  const rest = text.replace(marked, '').replace(variable, '');
  return new Set([...found, ...(words[kind].test(rest) ? [rest] : []), ...inAddress(rest)]);
}

/** Words in place of the account or the region of an ARN, or of a registry in ECR. */
function inAddress(text: string): string[] {
  const arn = /^arn:[^:]*:[^:]*:([^:]*):([^:]*):/.exec(text);
  const registry = /^([^./]*)\.dkr[.-]ecr(?:-fips)?\.([^./]*)\./.exec(text);
  const [region = '', account = ''] = arn?.slice(1) ?? registry?.slice(1).reverse() ?? [];
  const isAccount = registry ? /[A-Za-z]/ : /^[A-Z][A-Z0-9_-]*$|[Aa]ccount|^[Xx]+$/;
  return [
    ...(/^[A-Z][A-Z0-9_-]*$|region/.test(region) ? [region] : []),
    ...(/[A-Za-z]/.test(account) && isAccount.test(account) ? [account] : []),
  ];
}
