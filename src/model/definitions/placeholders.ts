import { secretUses, type TaskDefinition } from './task-definition.ts';

/** A sentence for each placeholder, which begins with its first place. */
export function placeholderProblems(definition: TaskDefinition): string[] {
  return [...placeholdersIn(definition)].map(([placeholder, [first = '', ...others]]) => {
    const [second] = others;
    const more = others.length > 1 ? ` and ${others.length - 1} more` : '';
    const also = second === undefined ? '' : ` (also in ${second}${more})`;
    const name = /^\$\{\w+\}$/.test(placeholder) ? 'set it' : 'replace it, or write ${NAME}';
    return `${first}: the placeholder ${placeholder} is not replaced${also}; ${name} and give --substitute`;
  });
}

/** Places that hold a placeholder: what else is wrong there follows from it. */
export function placeholderPlaces(definition: TaskDefinition): Set<string> {
  return new Set([...placeholdersIn(definition).values()].flat());
}

// --- internal ---

/**
 * Placeholders that nobody replaced (`<ACCOUNT_ID>`, `REGION`, `{{NAME}}`, `${NAME}`, `REPLACE_ME`), each
 * with all its places: in roles, images, references to secrets and regions of logs.
 */
function placeholdersIn(definition: TaskDefinition): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [place, text] of textsOf(definition)) {
    for (const one of new Set(placeholdersOf(text))) {
      found.set(one, [...(found.get(one) ?? []), place]);
    }
  }
  return found;
}

function textsOf(definition: TaskDefinition): (readonly [place: string, text: string])[] {
  const { executionRoleArn, taskRoleArn, containerDefinitions } = definition;
  const inContainers = containerDefinitions.flatMap(({ image, logConfiguration }, index) => {
    const place = `containerDefinitions[${index}]`;
    const region = logConfiguration?.options?.['awslogs-region'];
    return [
      [`${place}.image`, image],
      [`${place}.logConfiguration.options["awslogs-region"]`, region],
    ] as const;
  });
  const uses = secretUses(definition).map(({ place, valueFrom }) => [place, valueFrom] as const);
  const all = [
    ['executionRoleArn', executionRoleArn] as const,
    ['taskRoleArn', taskRoleArn] as const,
    ...inContainers,
    ...uses,
  ];
  return all.flatMap(([place, text]) => (text ? [[place, text] as const] : []));
}

/** None of the characters of the first three can stand in a role, an image or a reference. */
const marked =
  /<[^<>]+>|\{\{[^{}]+\}\}|\$\{[^{}]+\}|\b(?:REPLACE|CHANGE)[_-]?ME\b|\bYOUR[_-][A-Z0-9_-]+/g;

function placeholdersOf(text: string): string[] {
  // `${NAME}` within `$${NAME}` is kept by --substitute, and is no less wrong here.
  const rest = text.replace(marked, '');
  const words = /^[A-Z][A-Z0-9_]*_[A-Z0-9_]+$|^(?:IMAGE|REGION)$/.test(text) ? [text] : [];
  return [...new Set([...(text.match(marked) ?? []), ...words, ...inAddress(rest)])];
}

/** Words in place of the account or the region of an ARN, or of a registry in ECR. */
function inAddress(text: string): string[] {
  const [, region = '', account = ''] =
    /^arn:[^:]*:[^:]*:([^:]*):([^:]*):/.exec(text) ??
    swapped(/^([^./]*)\.dkr\.ecr\.([^./]*)\./.exec(text));
  return [
    ...(/^(?:[A-Z][A-Z0-9_-]*|.*region.*)$/.test(region) ? [region] : []),
    ...(/[A-Za-z]/.test(account) ? [account] : []),
  ];
}

function swapped(match: RegExpExecArray | null): string[] {
  return match ? [match[0], match[2] ?? '', match[1] ?? ''] : [];
}
