/** CPU units of a task, from `256` or `.25 vCPU`; undefined for a text that is neither. */
export function cpuUnits(written: string): number | undefined {
  return inUnits(written, 'vcpu');
}

/** MiB of a task, from `512` or `0.5 GB`; undefined for a text that is neither. */
export function memoryMib(written: string): number | undefined {
  return inUnits(written, 'gb');
}

/**
 * What is wrong with the size of a task on Fargate, or undefined. CPU sizes above the largest that this
 * release knows are not judged (API reference, RegisterTaskDefinition, `memory`).
 */
export function fargateSizeProblem(cpu: number, memory: number): string | undefined {
  const row = fargateSizes.find((one) => one.cpu === cpu);
  if (!row) {
    if (cpu > (fargateSizes.at(-1)?.cpu ?? 0)) return undefined;
    const known = fargateSizes.map((one) => one.cpu).join(', ');
    return `cpu: Fargate has no tasks of ${cpu} CPU units; it has ${known}`;
  }
  const { least, most, step } = row;
  const fits = memory >= least && memory <= most && (memory % step === 0 || memory === least);
  if (fits) return undefined;
  const range =
    cpu === 256 ? '512, 1024 or 2048 MiB' : `${least} to ${most} MiB in steps of ${step}`;
  return `memory: Fargate has no tasks of ${cpu} CPU units with ${memory} MiB; it has ${range}`;
}

// --- internal ---

/** Sizes of tasks on Fargate (API reference, RegisterTaskDefinition): CPU units and MiB. */
const fargateSizes = [
  // 512, 1024 and 2048.
  { cpu: 256, least: 512, most: 2_048, step: 1_024 },
  { cpu: 512, least: 1_024, most: 4_096, step: 1_024 },
  { cpu: 1_024, least: 2_048, most: 8_192, step: 1_024 },
  { cpu: 2_048, least: 4_096, most: 16_384, step: 1_024 },
  { cpu: 4_096, least: 8_192, most: 30_720, step: 1_024 },
  { cpu: 8_192, least: 16_384, most: 61_440, step: 4_096 },
  { cpu: 16_384, least: 32_768, most: 122_880, step: 8_192 },
];

/** AWS turns `1 vCPU` and `2 GB` into `1024` and `2048` (API reference, RegisterTaskDefinition). */
function inUnits(written: string, unit: 'vcpu' | 'gb'): number | undefined {
  const [, number, given] = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-z]*)$/i.exec(written.trim()) ?? [];
  if (number === undefined || given === undefined) return undefined;
  if (given === '') return Number.isInteger(Number(number)) ? Number(number) : undefined;
  return given.toLowerCase() === unit ? Number(number) * 1024 : undefined;
}
