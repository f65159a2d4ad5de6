import { isPlaceholder } from './stand-ins.ts';
import { publicPrefixes } from './token-formats.ts';
import { unknownValue } from './references-in-text.ts';

/**
 * Why a value is certainly not a secret: it refers to one, or is a placeholder for one. `nothing`
 * covers everything else in a configuration: words, numbers, addresses, paths. Undefined if it may
 * be a secret.
 */
export function harmlessValue(value: string): 'placeholder' | 'number' | 'nothing' | undefined {
  const text = value.trim();
  if (text === '' || words.has(text.toLowerCase())) return 'nothing';
  if (isReference(text)) return 'nothing';
  if (isPlaceholder(text)) return 'placeholder';
  if (/^[\d.,_]+ ?(?:ms|s|m|h|d|w|kb|mb|gb|%)?$/i.test(text)) return 'number';
  if (isAddress(text) || isPath(text) || isPublic(text)) return 'nothing';
  return undefined;
}

/** Whether a value is replaced later: `${X}`, `{{ x }}`, an ARN. */
export function isReference(text: string): boolean {
  return (
    text.includes(unknownValue) ||
    /^(?:\$\{.*\}|\$\(.*\)|\$[A-Za-z_]\w*|%\w+%|\{\{.*\}\}|__\w+__|#\{.*\}#?)$/s.test(text) ||
    /^(?:arn:[\w-]+:|alias\/|vault:|ENC[[(]|ssm:|secretsmanager:|op:\/\/|[a-z+-]{0,20}(?:secret|vault)[a-z+-]{0,20}:\/\/|projects\/[\w-]+\/secrets\/)/.test(
      text,
    )
  );
}

/**
 * Whether a text looks random: letters and digits that alternate often. `least` is the minimum
 * length, in characters; shorter texts never look random.
 */
export function looksRandom(text: string, least: number): boolean {
  if (text.length < least || /\s/.test(text)) return false;
  if (/^[0-9a-f]+$/i.test(text)) return text.length >= Math.max(least, 16) && entropy(text) > 2.5;
  // A long part must itself be random, unlike words joined with dashes and slashes.
  const pieces = text.split(/[-_./:,@#!%^&*()+=~$?|<>{}[\]]+/);
  const longest = pieces.reduce((a, b) => (b.length > a.length ? b : a), '');
  if (longest.length < Math.min(least, 16) || entropy(text) < (text.length >= 20 ? 3.5 : 2.8)) {
    return false;
  }
  return /\d/.test(longest) && /[a-z]/i.test(longest) && changes(longest) / longest.length >= 0.3;
}

/** Whether a text is a digest, a commit or a UUID, which look random and are mostly public. */
export function isIdentifier(text: string): boolean {
  return (
    /^(?:sha\d+[:-])?[0-9a-f]+$/i.test(text) ||
    /^sha\d+-[\w+/=]+$/.test(text) ||
    /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ||
    isPublicId(text)
  );
}

// --- internal ---

/** Identifiers of AWS's resources, and addresses of block chains. */
function isPublicId(text: string): boolean {
  return (
    /^[a-z]{1,12}-(?:0[0-9a-f]{16}|[0-9a-f]{8})$/.test(text) ||
    /^[a-z]{2}(?:-[a-z]+){1,2}-\d_\w{9}$/.test(text) ||
    /^E[0-9A-Z]{12,14}$|^Z[0-9A-Z]{12,31}$/.test(text) ||
    /^0x[0-9a-f]{40}$/i.test(text) ||
    /^(?:bc1|ltc1|addr1|cosmos1|T)[0-9A-Za-z]{33,}$/.test(text) ||
    /^[1-9A-HJ-NP-Za-km-z]{43,44}$/.test(text)
  );
}

const words = new Set(
  (
    'true false yes no on off none null nil undefined enabled disabled default auto required ' +
    'optional strict lax aws vault env file ssm kubernetes secretsmanager basic bearer jwt oauth2 ' +
    'header cookie plain omit'
  ).split(' '),
);

function isAddress(text: string): boolean {
  if (/^[a-z][a-z0-9+.-]{0,30}:\/\//i.test(text)) {
    return !hasPassword(text);
  }
  return (
    /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(text) || // an e-mail address
    /^(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}(?::\d+)?(?:\/\S*)?$/.test(text)
  );
}

/**
 * `://user:password@`, checked per `@`: one expression for the whole text would take quadratic
 * time.
 */
function hasPassword(text: string): boolean {
  return text
    .split('@')
    .slice(0, -1)
    .some((before) => /:\/\/[^/]*:./.test(before.split(/\s/).at(-1) ?? ''));
}

function isPath(text: string): boolean {
  const path = /^(?:classpath:|file:|~|\.{1,2}|[A-Z]:)?(?:[/\\][\w.@%+~-]+)+[/\\]?$/;
  if (path.test(text)) return !looksRandom(text.replaceAll('/', ''), 20);
  return /^[\w:./-]+\.(?:pem|key|json|p12|pfx|jks|crt|cer|txt|ya?ml|conf|cfg|ini|env|properties)$/i.test(
    text,
  );
}

function isPublic(text: string): boolean {
  return (
    /-----BEGIN (?:[A-Z0-9]+ )?(?:PUBLIC KEY|CERTIFICATE)|(?:^| )(?:ssh-\w+|ecdsa-[\w-]+) AAAA/.test(
      text,
    ) || publicPrefixes.some((prefix) => text.startsWith(prefix))
  );
}

/** Shannon entropy, in bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}

/** How often the text changes between lower case, upper case, digits and punctuation. */
function changes(text: string): number {
  const classes = text.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0');
  let count = 0;
  for (let at = 1; at < classes.length; at += 1) {
    if (classes[at] !== classes[at - 1]) count += 1;
  }
  return count;
}
