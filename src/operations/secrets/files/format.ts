import { foreignFormat } from '../../../model/text-kind.ts';

/** The formats that secrets are read from. */
export const secretFileFormats = [
  'dotenv',
  'json',
  'yaml',
  'k8s',
  'compose',
  'docker',
  'chamber',
  'properties',
] as const;
export type SecretFileFormat = (typeof secretFileFormats)[number];

/**
 * The format of a file of secrets: by its extension, and by what only Kubernetes manifests and
 * compose files begin with. Everything else is dotenv. `docker` and `chamber` are never detected:
 * their files are valid dotenv with another meaning.
 */
export function formatOf(path: string, text: string): SecretFileFormat {
  if (/\.properties$/i.test(path)) return 'properties';
  const isYaml = /\.ya?ml$/i.test(path);
  const start = isYaml ? '' : text.trimStart();
  const isJson = /\.json$/i.test(path) || start.startsWith('{');
  if (isJson || (start.startsWith('[') && foreignFormat(text) === undefined)) return inJson(text);
  const first = text.split(/\r?\n/).find((line) => !/^\s*(#|$|---|%)/.test(line)) ?? '';
  if (isYaml || manifestStart.test(first)) {
    if (/^apiVersion:\s/m.test(text) && /^kind:\s/m.test(text)) return 'k8s';
  }
  if (isYaml || composeStart.test(first)) {
    const ofService = /^[ \t]+(?:image|build|environment|env_file|extends):/m.test(text);
    if (ofService && /^services:\s*(?:#.*)?$/m.test(text)) return 'compose';
  }
  return isYaml ? 'yaml' : 'dotenv';
}

// --- internal ---

/** What a manifest or compose file begins with, in whatever order its members are. */
const manifestStart = /^(?:apiVersion|kind|metadata|type|data|stringData|immutable|items):/;
const composeStart =
  /^(?:version|name|services|networks|volumes|secrets|configs|include|x-[\w-]+):/;

function inJson(text: string): SecretFileFormat {
  try {
    const { apiVersion, kind, services } = JSON.parse(text) as Partial<Record<string, unknown>>;
    if (typeof apiVersion === 'string' && typeof kind === 'string') return 'k8s';
    const all = typeof services === 'object' && services !== null ? Object.values(services) : [];
    const isService = (one: unknown): boolean =>
      typeof one === 'object' && one !== null && ('image' in one || 'build' in one);
    return all.some(isService) ? 'compose' : 'json';
  } catch {
    return 'json';
  }
}
