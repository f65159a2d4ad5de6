import { commandPasswords } from '../secrets/command-passwords.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition.ts';

/** The members of a container in which people leave secrets in plain text. */
export type TextKind =
  | 'environment'
  | 'command'
  | 'entryPoint'
  | 'logConfiguration.options'
  | 'dockerLabels'
  | 'healthCheck.command'
  | 'firelensConfiguration.options';

/** A text of a task definition that its containers, and everyone allowed to describe it, can read. */
export interface DefinitionText {
  container: string;
  kind: TextKind;
  /**
   * Variable, label or option; of a command the flag or variable that is set there, or empty. What is
   * taken out of a command may be a part of a value: do not show it.
   */
  name: string;
  value: string;
  /** Where it stands: `['containerDefinitions', 0, 'environment', 1, 'value']`. */
  path: readonly (string | number)[];
}

/** Every text that `audit` looks at, in order. Members that have another form are passed over. */
export function definitionTexts({ containerDefinitions }: TaskDefinition): DefinitionText[] {
  return containerDefinitions.flatMap((container, index) =>
    containerTexts(container).map((text) => ({
      ...text,
      container: container.name,
      path: ['containerDefinitions', index, ...text.path],
    })),
  );
}

/** The log options of Service Connect, which stand on a service. Their container is empty. */
export function serviceConnectTexts(options: Readonly<Record<string, string>>): DefinitionText[] {
  return optionTexts('logConfiguration.options', options).map((text) => ({
    ...text,
    container: '',
    path: ['serviceConnectConfiguration', ...text.path],
  }));
}

/** A path as people read it: `containerDefinitions[0].environment[1].value`. */
export function placeOf(path: readonly (string | number)[]): string {
  return path
    .map((part) =>
      typeof part === 'number' ? `[${part}]` : /^\w+$/.test(part) ? `.${part}` : `["${part}"]`,
    )
    .join('')
    .replace(/^\./, '');
}

// --- internal ---

type Text = Omit<DefinitionText, 'container'>;

function containerTexts(container: ContainerDefinition): Text[] {
  const { environment, command, entryPoint, dockerLabels, logConfiguration } = container;
  return [
    ...(environment ?? []).map(({ name, value = '' }, at): Text => {
      return { kind: 'environment', name, value, path: ['environment', at, 'value'] };
    }),
    ...commandTexts('entryPoint', entryPoint),
    ...commandTexts('command', command),
    ...commandTexts('healthCheck.command', member(container.healthCheck, 'command')),
    ...optionTexts('logConfiguration.options', logConfiguration?.options),
    ...optionTexts(
      'firelensConfiguration.options',
      member(container.firelensConfiguration, 'options'),
    ),
    ...optionTexts('dockerLabels', dockerLabels),
  ];
}

function member(parent: unknown, name: string): unknown {
  if (typeof parent !== 'object' || parent === null) return undefined;
  return (parent as Record<string, unknown>)[name];
}

function optionTexts(kind: TextKind, options: unknown): Text[] {
  if (typeof options !== 'object' || options === null) return [];
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'string' ? [{ kind, name, value, path: [...kind.split('.'), name] }] : [],
  );
}

/** A command is looked at whole, and for each `--flag value`, `--flag=value` and `NAME=value` in it. */
function commandTexts(kind: TextKind, command: unknown): Text[] {
  if (!Array.isArray(command)) return [];
  const words = command.map((word: unknown) => (typeof word === 'string' ? word : ''));
  // What a shell gets is one word, and is looked at whole.
  const passwords = new Set(words.length > 1 ? commandPasswords(words.join(' ')) : []);
  return words.flatMap((word, at) => {
    const path = [...kind.split('.'), at];
    const part = word.startsWith('-') ? word.slice(2) : word;
    const flag = words[at - 1] ?? '';
    const isValue = /^--?[A-Za-z][\w.-]{0,60}$/.test(flag) && !word.startsWith('-');
    const name = isValue ? flagName(flag) : '';
    return [
      { kind, name, value: word, path },
      ...(passwords.has(part) && name === ''
        ? [{ kind, name: 'password', value: part, path }]
        : []),
      ...settingsIn(word).map((setting) => ({ kind, ...setting, path })),
    ];
  });
}

/** What a command line sets, as `NAME=value`, `--flag=value` or `--flag value`. */
function settingsIn(line: string): { name: string; value: string }[] {
  const assignments =
    /(?<![^\s;&|("'`])(-{0,2}[A-Za-z_][\w.-]{0,60})=("[^"]*"|'[^']*'|[^\s;&|"']+)/g;
  const flags =
    /(?<!\S)(-{1,2}[A-Za-z][\w.-]{0,60})[ \t]{1,9}("[^"]*"|'[^']*'|[^\s;&|"'-][^\s;&|"']*)/g;
  return [...line.matchAll(assignments), ...line.matchAll(flags)]
    .map(([, flag = '', value = '']) => ({
      name: flagName(flag),
      value: value.replace(/^["']|["']$/g, ''),
    }))
    .filter(({ name }) => name !== '');
}

/** The name that a flag gives to its value: `--db-password`, `-Dspring.datasource.password`. */
function flagName(flag: string): string {
  // The one short flag with a meaning that most programs share: curl -u user:password.
  if (/^-[a-z]{0,5}u$/i.test(flag)) return 'credentials';
  return /^-[A-Za-z]$/.test(flag) ? '' : flag.replace(/^-{1,2}(?:D(?=[a-z]))?/, '');
}
