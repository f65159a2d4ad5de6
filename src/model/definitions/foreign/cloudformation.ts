import { placeOf } from '../definition-texts.ts';
import { isObject, membersOf, type DocumentPath, type FoundDefinition } from './found.ts';
import { TemplateValues, type TemplateNames } from './template-values.ts';

/**
 * The resources of type `AWS::ECS::TaskDefinition` in a template of CloudFormation, of SAM or of the CDK.
 * Undefined for other documents. What only a deployment knows stays as `${NAME}`.
 */
export function templateDefinitions(
  document: unknown,
  names: TemplateNames = { known: {}, choice: 0 },
): FoundDefinition[] | undefined {
  const template = membersOf(document);
  if (!isObject(template.Resources)) return undefined;
  const values = new TemplateValues(template, names);
  return Object.entries(template.Resources).flatMap(([resource, written]): FoundDefinition[] => {
    const { Type, Properties } = membersOf(written);
    if (Type !== 'AWS::ECS::TaskDefinition') return [];
    const places = new Map<string, DocumentPath>();
    const at = ['Resources', resource, 'Properties'];
    const input = converted(values, Properties, { path: [], source: at, places });
    return [{ input, resource, pathOf: (path) => nearest(places, path) ?? [...at, ...path] }];
  });
}

// --- internal ---

interface Place {
  path: DocumentPath;
  source: DocumentPath;
  places: Map<string, DocumentPath>;
}

/** Members whose keys are the user's own. */
const freeMembers = new Set(['Options', 'DockerLabels', 'Labels', 'DriverOpts']);

/** The same in the names of the API: a template writes them with a capital letter. */
function converted(
  values: TemplateValues,
  written: unknown,
  place: Place,
  isFree = false,
): unknown {
  const { path, places } = place;
  const chosen = values.chosen(written);
  if (chosen) {
    const source = [...place.source, ...chosen.path];
    return converted(values, chosen.value, { ...place, source }, isFree);
  }
  places.set(placeOf(path), place.source);
  if (values.isFunction(written)) return values.textOf(written);
  if (Array.isArray(written)) {
    const list: unknown[] = [];
    for (const [index, one] of (written as unknown[]).entries()) {
      const inner = { path: [...path, list.length], source: [...place.source, index], places };
      const read = converted(values, one, inner);
      // AWS::NoValue takes the entry away.
      if (read !== undefined) list.push(read);
    }
    return list;
  }
  if (!isObject(written)) return written;
  return Object.fromEntries(
    Object.entries(written).flatMap(([key, member]) => {
      const name = isFree ? key : apiName(key);
      const inner = { path: [...path, name], source: [...place.source, key], places };
      const read = converted(values, member, inner, freeMembers.has(key) && !isFree);
      return read === undefined ? [] : [[name, read]];
    }),
  );
}

/** `FSxWindowsFileServerVolumeConfiguration` is `fsxWindowsFileServerVolumeConfiguration` in the API. */
function apiName(key: string): string {
  const [capitals = ''] = /^(?:EFS|FSx)(?=[A-Z])/.exec(key) ?? [];
  const head = capitals === '' ? key.slice(0, 1) : capitals;
  return head.toLowerCase() + key.slice(head.length);
}

function nearest(
  places: ReadonlyMap<string, DocumentPath>,
  path: DocumentPath,
): DocumentPath | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const found = places.get(placeOf(path.slice(0, length)));
    if (found) return [...found, ...path.slice(length)];
  }
  return undefined;
}
