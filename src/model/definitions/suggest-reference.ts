import { InvalidInput } from '../problems.ts';
import { parseReference } from '../secrets/reference.ts';
import type { SecretUse } from './secret-uses.ts';
import { withoutEnd } from '../without-end.ts';

/**
 * What a malformed `valueFrom` may mean, in the notation of this tool, the most probable first. What it
 * proposes is well formed, and may not exist.
 */
export function suggestReferences({ kind, valueFrom }: SecretUse): string[] {
  const bare = kind === 'repositoryCredentials' ? 'secret' : 'parameter';
  const text = valueFrom.trim();
  const proposals = text.startsWith('arn:')
    ? fromArn(text)
    : bare === 'secret'
      ? [`sm:${text}`]
      : fromName(text);
  return [...new Set(proposals)].filter(isWellFormed);
}

// --- internal ---

function isWellFormed(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch (error) {
    if (error instanceof InvalidInput) return false;
    throw error;
  }
}

function fromArn(text: string): string[] {
  const [, partition = '', service = '', region = '', account = '', ...rest] = text.split(':');
  const head = `arn:${partition}:${service}:${region}:${account}`;
  if (service === 'ssm') {
    const [resource = ''] = rest;
    const name = withoutEnd(resource.replace(/^(?:parameters?\/+|parameter)/, ''), '/');
    return [`${head}:parameter/${name.replace(/\/{2,}/g, '/')}`];
  }
  const [kind = '', written = '', ...suffix] = rest;
  if (service !== 'secretsmanager' || kind !== 'secret') return [];
  const name = written.replace(/[^A-Za-z0-9/_+=.@!-]/g, '');
  const [key = '', stage = '', version = ''] = suffix;
  const secret = `${head}:secret:${name}`;
  if (isVersionId(version)) return [`${secret}:${key}::${version}`, secret];
  // What stands in the slot of the version id is the part that was put one colon too far.
  const found = [key, stage, version].filter(Boolean);
  const label = found.find(isStage) ?? '';
  const jsonKey = found.find((part) => !isStage(part)) ?? '';
  return [jsonKey || label ? `${secret}:${jsonKey}:${label}:` : secret];
}

const isVersionId = (part: string): boolean => part.length >= 32 && part.length <= 64;
const isStage = (part: string): boolean => /^AWS(CURRENT|PREVIOUS|PENDING)$/.test(part);

/** A bare name means a parameter; one with colons is a secret with a key, or a parameter's version. */
function fromName(text: string): string[] {
  const [name = '', ...suffix] = text.split(':');
  const [first = ''] = suffix;
  const path = `/${name.split('/').filter(Boolean).join('/')}`;
  const parameter = [withoutEnd(name, '/'), path];
  const isSelector = suffix.length === 1 && (/^\d+$/.test(first) || name.startsWith('/'));
  if (suffix.length === 0 || isSelector) return [...parameter, `sm:${name}`];
  return [`sm:${withoutEnd([name, ...suffix].join(':'), ':')}`, `sm:${name}:${first}`];
}
