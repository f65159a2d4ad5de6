import { isForFargate } from './task-definition-sizes.ts';
import { cpuUnits, memoryMib } from './task-size.ts';
import type { TaskDefinition } from './task-definition.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Whether two task definitions would register the same content: what AWS fills in, empty members
 * and the order of unordered lists do not count.
 */
export function sameTaskDefinition(a: TaskDefinition, b: TaskDefinition): boolean {
  return JSON.stringify(normalForm(a)) === JSON.stringify(normalForm(b));
}

/** A task definition as all that mean the same have it: defaults filled in, lists and members in order. */
export function normalForm(definition: TaskDefinition): Json {
  const { networkMode, cpu, memory } = definition;
  const json = JSON.parse(JSON.stringify(definition)) as Record<string, Json>;
  if (cpu !== undefined) json.cpu = String(cpuUnits(cpu) ?? cpu);
  if (memory !== undefined) json.memory = String(memoryMib(memory) ?? memory);
  if (networkMode === undefined && !isForFargate(definition)) json.networkMode = 'bridge';
  const sameHostPort = json.networkMode === 'awsvpc' || json.networkMode === 'host';
  return normal(json, '', sameHostPort);
}

// --- internal ---

/**
 * What DescribeTaskDefinition shows for a member that was not given (ECS API reference, defaults of
 * ContainerDefinition, PortMapping, HealthCheck).
 */
const defaults: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  // The empty key stands for the task definition itself.
  '': { enableFaultInjection: false },
  containerDefinitions: { cpu: 0, essential: true },
  portMappings: { protocol: 'tcp' },
  healthCheck: { interval: 30, timeout: 5, retries: 3 },
};

/** Lists whose order means nothing. */
const unordered = new Set([
  'environment',
  'secrets',
  'secretOptions',
  'volumes',
  'tags',
  'requiresCompatibilities',
]);

function normal(value: Json, key: string, sameHostPort: boolean): Json {
  if (Array.isArray(value)) {
    const list = value.map((entry) => normal(entry, key, sameHostPort));
    return unordered.has(key) ? list.sort((a, b) => compare(id(a), id(b))) : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  const filled = { ...defaults[key], ...value };
  if (key === 'portMappings') {
    // With awsvpc and host networks AWS answers with hostPort = containerPort; 0 asks for any port.
    if (sameHostPort) filled.hostPort ??= filled.containerPort ?? null;
    else filled.hostPort ??= 0;
  }
  const entries = Object.entries(filled)
    .map(([name, member]) => [name, normal(member, name, sameHostPort)] as const)
    .filter(([, member]) => !isEmpty(member))
    .sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(entries);
}

/** The key of a list's entries: the name. If a name occurs twice, the last entry counts. */
function id(entry: Json): string {
  return JSON.stringify(entry, ['name', 'key']);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isEmpty(value: Json): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
