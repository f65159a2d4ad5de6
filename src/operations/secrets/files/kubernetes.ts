import { utf8Text } from '../../../model/text-kind.ts';
import { SecretValue } from '../../../model/secrets/secret-value.ts';
import { Found } from './found.ts';
import { mapOf, yamlData } from './yaml-data.ts';

/**
 * Reads the Secrets among Kubernetes manifests (YAML of several documents, JSON, or a List): `data`
 * is decoded from base64, and `stringData` overwrites it. Other resources are noted and skipped.
 */
export async function readKubernetes(text: string, name: string): Promise<Found> {
  const found = new Found(name);
  const resources = (await yamlData(text, name, 'a Kubernetes manifest')).flatMap(itemsOf);
  const secrets = resources.filter(({ kind }) => kind === 'Secret');
  const others = new Set(resources.map(({ kind }) => kindOf(kind)));
  others.delete('Secret');
  for (const secret of secrets) readSecret(secret, found);
  if (secrets.length === 0) {
    const instead = others.size === 0 ? '' : `, but: ${[...others].join(', ')}`;
    found.fault(` has no Kubernetes Secret${instead}`);
  } else if (others.size > 0) {
    found.notes.push(`${name}: skipped, as it is no Secret: ${[...others].join(', ')}`);
  }
  return found;
}

// --- internal ---

type Resource = Readonly<Record<string, unknown>>;

function itemsOf(document: unknown): Resource[] {
  const resource = mapOf(document);
  if (!resource) return [];
  const { items } = resource;
  return Array.isArray(items) ? items.flatMap(itemsOf) : [resource];
}

/** A kind as messages show it. */
function kindOf(kind: unknown): string {
  return typeof kind === 'string' && /^[A-Z][A-Za-z]{1,60}$/.test(kind)
    ? kind
    : 'a document without a kind';
}

function readSecret(secret: Resource, found: Found): void {
  const values = new Map<string, string>();
  for (const member of ['data', 'stringData']) {
    const map = secret[member] === null ? {} : mapOf(secret[member] ?? {});
    if (!map) found.fault(`: ${member} is not a map`);
    for (const [key, written] of Object.entries(map ?? {})) {
      if (written !== null && typeof written !== 'string') {
        found.fault(`: ${key} is not a text`, key);
        continue;
      }
      const text = member === 'data' ? decoded(written ?? '') : (written ?? '');
      if (text === undefined) found.fault(`: ${key} is not the base64 of a UTF-8 text`, key);
      else values.set(key, text);
    }
  }
  for (const [key, text] of values) {
    if (/[^\n]\n$/.test(text) && !text.trimEnd().includes('\n')) {
      found.warnings.push(`${found.name}: ${key} ends with a line break, which echo adds`);
    }
    found.assignments.push({ key, value: new SecretValue(text) });
  }
}

function decoded(written: string): string | undefined {
  const base64 = written.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined;
  return utf8Text(Buffer.from(base64, 'base64'));
}
