import type { Aws } from '../../aws/index.ts';
import { InvalidInput, Problems } from '../../model/problems.ts';
import { recognize, type Recognized } from '../../model/definitions/foreign/index.ts';
import {
  isObject,
  membersOf,
  scalarText,
  type DefinitionFormat,
} from '../../model/definitions/foreign/found.ts';
import { otherKind } from '../../model/definitions/foreign/other-kinds.ts';
import { substitutedPlaces } from '../../model/definitions/substituted-places.ts';
import { substitute, type Variables } from '../../model/definitions/substitute.ts';
import {
  parseTaskDefinition,
  registerInput,
  type TaskDefinition,
} from '../../model/definitions/task-definition.ts';
import { parseDocuments } from '../read-text.ts';
import { otherKindProblem } from './document-kind.ts';

/** How the task definitions in a file are read. */
export interface FileOptions {
  /** If set, an unreadable file is reported with everything that ECS would refuse, not only the first problem. */
  aws?: Aws | undefined;
  /** Whether the command has `--family`, for hints. */
  choosable?: boolean;
  /** Of a file with several the one of this family; the family of containers without one. */
  family?: string | undefined;
  /** What placeholders stand for, see `substitute`; without it they stay as they are. */
  variables?: Variables | undefined;
  /** The formats that are read besides a task definition as ECS takes it. */
  accepts?: readonly ('list of containers' | 'CloudFormation template')[];
}

/** A task definition in a file. */
export interface FileDefinition {
  definition: TaskDefinition;
  format: DefinitionFormat;
  /** Name of the resource in a template. */
  resource: string | undefined;
}

/**
 * Reads the task definitions in the text of a file, at least one; with `one` the only one, or the one of the
 * family. Throws InvalidInput that begins with the name of the file.
 */
export async function foundDefinitions(
  text: string,
  name: string,
  options: FileOptions & { one: boolean },
): Promise<FileDefinition[]> {
  const { variables, accepts = [] } = options;
  const placeholders = variables !== undefined;
  const documents = await parseDocuments(text, name, 'a task definition', { placeholders });
  const recognized = documents.flatMap(({ value }) => recognize(value) ?? []);
  const read = recognized.filter(
    ({ format, found }) =>
      found.length > 0 && [...accepts, 'task definition'].some((one) => one === format),
  );
  const [first] = documents;
  if (read.length === 0) {
    const isOther = recognized.length > 0 || otherKind(first?.value) !== undefined;
    if (isOther) throw otherKindProblem(first?.value, name, 'task definitions');
    return [
      await definitionOf(
        first?.value,
        { format: 'task definition', resource: undefined },
        name,
        options,
      ),
    ];
  }
  const all: Unread[] = [];
  for (const { value } of documents) {
    const kind = await withNames(value, options);
    if (!kind || !read.some(({ format }) => format === kind.format)) continue;
    const { format } = kind;
    for (const { input, resource } of kind.found) {
      all.push({ input: withFamily(input, kind.format, resource, name), format, resource });
    }
  }
  const wanted = options.one ? [chosen(all, name, options)] : all;
  return Promise.all(
    wanted.map(({ input, format, resource }) =>
      definitionOf(input, { format, resource }, name, options),
    ),
  );
}

// --- internal ---

interface Unread extends Omit<FileDefinition, 'definition'> {
  input: unknown;
}

function chosen(
  all: readonly Unread[],
  name: string,
  { family, choosable = false }: FileOptions,
): Unread {
  const [only] = all;
  if (all.length === 1 && only) {
    const isOwn = family === undefined || only.format === 'task definition';
    return isOwn ? only : { ...only, input: { ...membersOf(only.input), family } };
  }
  const familyOf = ({ input, resource }: Unread): string | undefined => {
    const { taskDefinition = input } = membersOf(input);
    return scalarText(membersOf(taskDefinition).family) ?? resource;
  };
  const found = all.filter((one) => {
    return family !== undefined && (familyOf(one) === family || one.resource === family);
  });
  if (found.length === 1 && found[0]) return found[0];
  const families = all.flatMap((one) => familyOf(one) ?? []);
  throw new InvalidInput(
    `${name} has ${all.length} task definitions${families.length > 0 ? `: ${families.join(', ')}` : ''}`,
    choosable ? 'choose one with --family' : 'give a file with one of them',
  );
}

/** A template is read with the account and the region of the caller. */
async function withNames(
  document: unknown,
  { aws, variables }: FileOptions,
): Promise<Recognized | undefined> {
  const first = recognize(document);
  if (first?.format !== 'CloudFormation template' || !aws) return first;
  const { partition, account, region } = await aws.caller();
  const known = {
    ...variables,
    'AWS::Partition': partition,
    'AWS::AccountId': account,
    'AWS::Region': region,
  };
  return recognize(document, { known, choice: 0 });
}

/** Containers alone are named by their file, a resource without a family by its logical ID. */
function withFamily(
  input: unknown,
  format: DefinitionFormat,
  resource: string | undefined,
  name: string,
): unknown {
  const { family } = membersOf(input);
  if (format === 'task definition' || !isObject(input) || typeof family === 'string') return input;
  const [file = ''] = name.split(/[/\\]/).at(-1)?.split('.') ?? [];
  const own = (resource ?? file).replace(/[^\w-]+/g, '-').slice(0, 255);
  return { family: own, ...input };
}

async function definitionOf(
  written: unknown,
  about: Omit<FileDefinition, 'definition'>,
  name: string,
  { aws, variables }: FileOptions,
): Promise<FileDefinition> {
  const problems = new Problems();
  const input = registerInput(written);
  // What a template leaves open is no variable of ours.
  const isTemplate = about.format === 'CloudFormation template';
  const text = isTemplate ? input : substitute(input, variables, problems);
  problems.throwIfAny();
  const places = isTemplate || !variables ? new Set<string>() : substitutedPlaces(input);
  const schema = aws && (await aws.ecs());
  const document =
    places.size > 0 && schema && isObject(text) ? schema.withTypes(text, places) : text;
  try {
    return { definition: parseTaskDefinition(document), ...about };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const form = registerInput(document);
    const faults =
      schema && typeof form === 'object' && form !== null ? schema.formOf(form).faults : [];
    const placeIn = (problem: string): string => problem.replace(/: .*$/s, '');
    const told = new Set(error.problems.map(placeIn));
    throw new InvalidInput(
      [...error.problems, ...faults.filter((one) => !told.has(placeIn(one)))].map(
        (problem) => `${name}: ${problem}`,
      ),
      error.hint,
    );
  }
}
