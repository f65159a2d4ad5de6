import {
  ApplicationProtocol,
  Compatibility,
  ContainerCondition,
  CPUArchitecture,
  DeviceCgroupPermission,
  EFSAuthorizationConfigIAM,
  EFSTransitEncryption,
  EnvironmentFileType,
  FirelensConfigurationType,
  IpcMode,
  LogDriver,
  NetworkMode,
  OSFamily,
  PidMode,
  ProxyConfigurationType,
  RegisterTaskDefinitionRequest$,
  ResourceType,
  Scope,
  TaskDefinitionPlacementConstraintType,
  TransportProtocol,
  UlimitName,
  VersionConsistency,
} from '@aws-sdk/client-ecs';
import { NormalizedSchema } from '@smithy/core/schema';
import type { DefinitionForm } from '../model/definitions/task-definition-checks.ts';
import { typeFault } from '../model/definitions/type-fault.ts';

/**
 * Compares a task definition with the SDK's schema of RegisterTaskDefinition. A null member counts
 * as absent. The family and the image of a container are not checked here.
 */
export function formOf(definition: object): DefinitionForm {
  const form: DefinitionForm = { faults: [], warnings: [], unknown: [] };
  compare(definition, NormalizedSchema.of(RegisterTaskDefinitionRequest$), { at: '', path: '' });
  return form;

  function compare(value: unknown, schema: NormalizedSchema, place: Place): void {
    if (value === null || value === undefined) return;
    const kind = kindOf(schema);
    if (kind !== undefined && !kind.is(value)) {
      form.faults.push(`${place.at}: ${typeFault(kind.name, value)}`);
    } else if (schema.isListSchema()) {
      const entry = schema.getValueSchema();
      for (const [index, one] of (value as unknown[]).entries()) {
        compare(one, entry, { at: `${place.at}[${index}]`, path: `${place.path}[]` });
      }
    } else if (schema.isMapSchema()) {
      const entry = schema.getValueSchema();
      for (const [key, one] of Object.entries(value)) {
        compare(one, entry, { at: `${place.at}["${key}"]`, path: `${place.path}{}` });
      }
    } else if (schema.isStructSchema()) compareMembers(value, schema, place);
    else if (typeof value === 'string') compareChoice(value, place);
  }

  function compareMembers(value: object, schema: NormalizedSchema, place: Place): void {
    const known = new Map(schema.structIterator());
    const inner = (name: string): Place =>
      place.at === ''
        ? { at: name, path: name }
        : { at: `${place.at}.${name}`, path: `${place.path}.${name}` };
    for (const [name, member] of Object.entries(value) as [string, unknown][]) {
      const memberSchema = known.get(name);
      if (memberSchema) compare(member, memberSchema, inner(name));
      else form.unknown.push(`${inner(name).at}: this release does not recognize it`);
    }
    // Both required top-level members are checked elsewhere, with better messages.
    const needed = place.at === '' ? [] : requiredMembers(schema);
    for (const name of needed) {
      const member = (value as Record<string, unknown>)[name];
      if (member === undefined || member === null)
        form.faults.push(`${inner(name).at}: is missing`);
    }
  }

  function compareChoice(value: string, { at, path }: Place): void {
    const choice = choices.get(path);
    const values = choice && Object.values(choice.values);
    if (!choice || !values || values.includes(value)) return;
    const alike = values.find((one) => one.toLowerCase() === value.toLowerCase());
    if (alike !== undefined) form.warnings.push(`${at}: AWS documents "${alike}", not "${value}"`);
    else if (choice.grows) form.unknown.push(`${at}: this release does not recognize "${value}"`);
    else form.faults.push(`${at}: must be ${listed(values)}, not "${value}"`);
  }
}

/**
 * A task definition in which the texts at these places (`containerDefinitions[0].memory`) are numbers and
 * booleans where RegisterTaskDefinition takes such. Other texts stay.
 */
export function withTypes(definition: object, places: ReadonlySet<string>): object {
  const typed = (value: unknown, schema: NormalizedSchema, at: string): unknown => {
    if (typeof value === 'string') return places.has(at) ? typedText(value, schema) : value;
    if (Array.isArray(value)) {
      if (!schema.isListSchema()) return value;
      return value.map((one, index) => typed(one, schema.getValueSchema(), `${at}[${index}]`));
    }
    if (typeof value !== 'object' || value === null || !schema.isStructSchema()) return value;
    const known = new Map(schema.structIterator());
    return Object.fromEntries(
      Object.entries(value).map(([name, member]: [string, unknown]) => {
        const inner = known.get(name);
        return [name, inner ? typed(member, inner, at === '' ? name : `${at}.${name}`) : member];
      }),
    );
  };
  return typed(definition, NormalizedSchema.of(RegisterTaskDefinitionRequest$), '') as object;
}

// --- internal ---

function typedText(text: string, schema: NormalizedSchema): unknown {
  if (schema.isNumericSchema() && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (schema.isBooleanSchema() && /^(?:true|false)$/.test(text)) return text === 'true';
  return text;
}

interface Place {
  /** For example `containerDefinitions[0].cpu`. */
  at: string;
  /** The same without indexes and keys: `containerDefinitions[].cpu`. */
  path: string;
}

interface Choice {
  values: Readonly<Record<string, string>>;
  /** Whether AWS adds values over the years, so that an unknown one may be valid. */
  grows: boolean;
}

const few = (values: Choice['values']): Choice => ({ values, grows: false });
const growing = (values: Choice['values']): Choice => ({ values, grows: true });
const inContainer = (path: string): string => `containerDefinitions[].${path}`;

/** Enum members (botocore model of RegisterTaskDefinition); the SDK's schema has no enums. */
const choices: ReadonlyMap<string, Choice> = new Map([
  ['networkMode', few(NetworkMode)],
  ['pidMode', few(PidMode)],
  ['ipcMode', few(IpcMode)],
  ['placementConstraints[].type', few(TaskDefinitionPlacementConstraintType)],
  ['proxyConfiguration.type', few(ProxyConfigurationType)],
  ['requiresCompatibilities[]', growing(Compatibility)],
  ['runtimePlatform.cpuArchitecture', growing(CPUArchitecture)],
  ['runtimePlatform.operatingSystemFamily', growing(OSFamily)],
  ['volumes[].dockerVolumeConfiguration.scope', few(Scope)],
  ['volumes[].efsVolumeConfiguration.transitEncryption', few(EFSTransitEncryption)],
  ['volumes[].efsVolumeConfiguration.authorizationConfig.iam', few(EFSAuthorizationConfigIAM)],
  [inContainer('portMappings[].protocol'), few(TransportProtocol)],
  [inContainer('portMappings[].appProtocol'), growing(ApplicationProtocol)],
  [inContainer('environmentFiles[].type'), few(EnvironmentFileType)],
  [inContainer('linuxParameters.devices[].permissions[]'), few(DeviceCgroupPermission)],
  [inContainer('dependsOn[].condition'), few(ContainerCondition)],
  [inContainer('versionConsistency'), few(VersionConsistency)],
  [inContainer('ulimits[].name'), growing(UlimitName)],
  [inContainer('logConfiguration.logDriver'), growing(LogDriver)],
  [inContainer('resourceRequirements[].type'), growing(ResourceType)],
  [inContainer('firelensConfiguration.type'), few(FirelensConfigurationType)],
]);

interface Kind {
  name: string;
  is: (value: unknown) => boolean;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);

/** The JSON type of a schema. All numbers of RegisterTaskDefinition are integers. */
function kindOf(schema: NormalizedSchema): Kind | undefined {
  if (schema.isStructSchema() || schema.isMapSchema()) return { name: 'an object', is: isObject };
  if (schema.isListSchema()) return { name: 'a list', is: Array.isArray };
  if (schema.isNumericSchema()) return { name: 'an integer', is: Number.isInteger };
  if (schema.isBooleanSchema()) {
    return { name: 'true or false', is: (value) => typeof value === 'boolean' };
  }
  if (schema.isStringSchema()) {
    return { name: 'a string', is: (value) => typeof value === 'string' };
  }
  return undefined;
}

/** A schema of the SDK lists its required members first, and has their number at its end. */
function requiredMembers(schema: NormalizedSchema): string[] {
  const raw: unknown = schema.getSchema();
  if (!Array.isArray(raw)) return [];
  const [names, count] = [raw[4] as unknown, raw[6] as unknown];
  if (!Array.isArray(names) || typeof count !== 'number') return [];
  return (names as string[]).slice(0, count);
}

function listed(values: readonly string[]): string {
  const quoted = values.map((value) => `"${value}"`);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}
