import { SecretValue } from '../../../model/secrets/secret-value.ts';
import { nearest } from '../../../model/nearest.ts';
import { Found } from './found.ts';
import { mapOf, yamlData } from './yaml-data.ts';

/**
 * Reads `environment:` of the services of a compose file, as a map or a list. `service` selects
 * one; without it, a variable must have the same value in all services. `$$` stands for `$`
 * (compose file reference, "interpolation"); a name without a value comes from the environment.
 */
export async function readCompose(
  text: string,
  name: string,
  service: string | undefined,
): Promise<Found> {
  const found = new Found(name);
  const [document] = await yamlData(text, name, 'a compose file');
  const services = mapOf(mapOf(document)?.services);
  if (!services) {
    found.fault(' has no services');
    return found;
  }
  const names = Object.keys(services);
  if (service !== undefined && !names.includes(service)) {
    const close = nearest(service, names);
    const instead =
      close === undefined ? `there are ${names.join(', ')}` : `did you mean ${close}?`;
    found.fault(` has no service "${service}"; ${instead}`);
  }
  const values = new Map<string, { value: SecretValue; service: string }>();
  for (const own of names.filter((one) => service === undefined || one === service)) {
    const { environment, env_file: envFile } = mapOf(services[own]) ?? {};
    if (envFile) found.notes.push(`${name}: the env_file of ${own} is not read`);
    for (const [key, written] of variablesOf(environment, own, found)) {
      if (written === undefined) {
        if (!found.open.includes(key)) found.open.push(key);
        continue;
      }
      const value = new SecretValue(written.replaceAll('$$', '$'));
      const other = values.get(key);
      if (other && !other.value.equals(value)) {
        found.fault(
          `: ${key} differs between the services ${other.service} and ${own}; choose one with --compose-service`,
          key,
        );
      } else if (!other) values.set(key, { value, service: own });
    }
  }
  for (const [key, { value }] of values) found.assignments.push({ key, value });
  return found;
}

// --- internal ---

/** The variables of one service; undefined for a name without a value. */
function variablesOf(
  environment: unknown,
  service: string,
  found: Found,
): [key: string, value: string | undefined][] {
  const entries: [string, unknown][] = Array.isArray(environment)
    ? environment.map((line: unknown) => {
        if (typeof line !== 'string') return ['', undefined];
        const cut = line.indexOf('=');
        return cut < 0 ? [line, undefined] : [line.slice(0, cut), line.slice(cut + 1)];
      })
    : Object.entries(mapOf(environment) ?? {});
  return entries.flatMap(([key, value]): [string, string | undefined][] => {
    if (!/^[\w.-]+$/.test(key))
      found.fault(`: the environment of ${service} has an entry without a name`);
    else if (typeof value === 'string') return [[key, value]];
    else if (value === null || value === undefined) return [[key, undefined]];
    else found.fault(`: ${key} of ${service} is not a text`, key);
    return [];
  });
}
