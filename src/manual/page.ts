import { Command, type CommandUnknownOpts, type Option } from '@commander-js/extra-typings';
import packageJson from '../../package.json' with { type: 'json' };
import jsonPage from '../../docs/json.md?raw';
import { addGlobalOptions } from '../cli.ts';
import { commands } from '../commands/index.ts';
import { declaredCommands, type Declared } from './declarations.ts';
import { exitCodesOf, guides } from './facts.ts';
import { permissionsOf } from './permissions.ts';

/** A part of a page: a paragraph, lines that stay as they are, or terms with what they mean. */
export type Block =
  | { text: string }
  | { lines: readonly string[] }
  | { items: readonly (readonly [term: string, meaning: string])[] };

/** A page of the manual, of which `help` prints a text and `npm run docs` makes a man page. */
export interface Page {
  /** `ecs-secrets role create`. */
  command: string;
  /** What it is, in a line. */
  summary: string;
  sections: readonly { title: string; blocks: readonly Block[] }[];
}

/** The page of a command by its name (`role create`); undefined where there is no such command. */
export async function manualPage(name: string): Promise<Page | undefined> {
  const all = await declaredCommands((one) => one === name);
  const [command] = all;
  return command && pageOf(command);
}

/** The pages of the program and of all commands. */
export async function allPages(): Promise<Page[]> {
  return [programPage(), ...(await declaredCommands()).map(pageOf)];
}

// --- internal ---

function pageOf(command: Declared): Page {
  const { name, summary, usage, notes, examples, options } = command;
  return {
    command: `ecs-secrets ${name}`,
    summary,
    sections: [
      section('Synopsis', [{ lines: [`ecs-secrets ${name} ${usage}`] }]),
      section(
        'Description',
        notes.map((text) => ({ text })),
      ),
      section('Examples', examples.length === 0 ? [] : [{ lines: examples }]),
      section('Arguments', [
        {
          items: command.arguments.map((one) => [one.name.toUpperCase(), one.description] as const),
        },
      ]),
      ...[...options].map(([title, list]) => section(title, [{ items: list.map(termOf) }])),
      section('Global options', [
        { text: 'Every command accepts the options of ecs-secrets(1), e.g. --region, --json.' },
      ]),
      section('Exit codes', [
        { items: exitCodesOf(name).map(([code, meaning]) => [String(code), unmarked(meaning)]) },
      ]),
      section('Permissions', permissionBlocks(name)),
      section('JSON', jsonBlocks(name)),
      section('See also', [
        {
          text: ['ecs-secrets(1)', ...(guides[name] ?? []).map(([, file]) => `docs/${file}`)].join(
            ', ',
          ),
        },
      ]),
    ].filter(({ blocks }) => blocks.some((block) => !('items' in block) || block.items.length > 0)),
  };
}

function programPage(): Page {
  const groups = new Map<string, [string, string][]>();
  for (const entry of commands) {
    const own = 'commands' in entry ? entry.commands : [entry];
    const items = own.map(({ name, summary }): [string, string] => [
      own.length > 1 ? `${entry.name} ${name}` : name,
      summary,
    ]);
    groups.set(entry.group, [...(groups.get(entry.group) ?? []), ...items]);
  }
  const program: CommandUnknownOpts = new Command('ecs-secrets');
  addGlobalOptions(program);
  const lists = [...groups].flatMap(([group, items]): Block[] => [
    { text: `${group}:` },
    { items },
  ]);
  return {
    command: 'ecs-secrets',
    summary: 'store secrets for Amazon ECS, grant, refer to and rotate them',
    sections: [
      section('Synopsis', [{ lines: ['ecs-secrets COMMAND [options]'] }]),
      section('Description', [
        { text: packageJson.description },
        { text: 'ecs-secrets help COMMAND prints the page of a command.' },
      ]),
      section('Commands', lists),
      section('Global options', [{ items: program.options.map(termOf) }]),
      section('Exit codes', [
        { items: exitCodesOf('rotate').map(([code, meaning]) => [String(code), meaning]) },
      ]),
      section('Environment', [
        {
          items: [
            ['ECS_SECRETS_OPTION', 'sets the option of this name, where its description says so'],
            ['AWS_REGION, AWS_PROFILE, …', 'as in the AWS CLI and the SDKs'],
            ['NO_COLOR, FORCE_COLOR, CI', 'no colors, colors, no questions and no live lines'],
            ['PAGER', 'shows the pages of help on a terminal (default: less)'],
          ],
        },
      ]),
      section('Files', [
        { items: [['.ecs-secrets.json', 'options of a repository; see ecs-secrets-init(1)']] },
      ]),
      section('See also', [{ text: 'README.md and docs of the package' }]),
    ],
  };
}

function section(title: string, blocks: readonly Block[]) {
  return { title, blocks };
}

function termOf(option: Option): readonly [string, string] {
  const { flags, description, argChoices, negate } = option;
  const value: unknown = option.defaultValue;
  const fallback = negate || value === undefined ? undefined : JSON.stringify(value);
  return [
    flags,
    [
      description,
      argChoices && `(${argChoices.join(', ')})`,
      fallback && `(default: ${fallback.replaceAll('"', '')})`,
    ]
      .filter(Boolean)
      .join(' '),
  ];
}

function permissionBlocks(name: string): Block[] {
  const { policy, note, tables } = permissionsOf(name);
  if (policy === undefined) return note === '' ? [] : [{ text: unmarked(note) }];
  const quoted = policy.includes(' ') ? `'${policy}'` : policy;
  return [
    { text: `ecs-secrets policy caller --for ${quoted} prints this as a policy.` },
    ...tables.flatMap(({ option, rows }): Block[] => [
      ...(option === undefined ? [] : [{ text: `With ${option} also:` }]),
      { items: rows.map(([target, actions]) => [unmarked(target), actions.join(', ')] as const) },
    ]),
  ];
}

/** The section of docs/json.md. */
function jsonBlocks(name: string): Block[] {
  const title = name.startsWith('policy ') ? 'policy' : name;
  const [, rest] = jsonPage.split(`\n## ${title}\n`);
  const [body = ''] = rest?.split(/\n## /) ?? [];
  const [, schema, members = body] = /^\s*\[Schema\]\(([^)]+)\): ([^]*)$/.exec(body) ?? [];
  const paragraphs = members.trim().split('\n\n').filter(Boolean).map(unmarked);
  const where = schema === undefined ? [] : [`JSON Schema: docs/${schema}`];
  return [...paragraphs, ...where].map((text) => ({ text }));
}

/** Markdown without its marks. */
function unmarked(text: string): string {
  return text.replaceAll(/\[([^[\]\n]*)\]\([^()[\n]*\)/g, '$1').replaceAll(/`|\*\*/g, '');
}
