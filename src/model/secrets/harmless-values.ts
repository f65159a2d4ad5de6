/**
 * Why a value is plainly no secret: it refers to one, or it is a stand-in for one. `nothing` covers
 * all else that people write: words of configuration, numbers, addresses, paths. Undefined when it
 * may be a secret.
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

/** Whether a value stands for one that is filled in later: `${X}`, `{{ x }}`, an ARN. */
export function isReference(text: string): boolean {
  return (
    /^(?:\$\{.*\}|\$\(.*\)|\$[A-Za-z_]\w*|%\w+%|\{\{.*\}\}|__\w+__|#\{.*\}#?)$/s.test(text) ||
    /^(?:arn:[\w-]+:|alias\/|vault:|ENC\[|ssm:|secretsmanager:|op:\/\/)/.test(text)
  );
}

/** Whether a value is what people write where a secret is meant to come: `changeme`. */
export function isPlaceholder(text: string): boolean {
  return (
    /^<[^<>]*>$|^\[[^[\]]*\]$|^\{[A-Za-z][\w.-]*\}$|[-_ ]here$/i.test(text) ||
    /^(?:(.)\1{2,}|todo|tbd|fixme|dummy|fake|example|sample|test|placeholder|redacted|hidden|masked|unused|not[-_ ]?set|my[-_ ]?\w+)$/i.test(
      text,
    ) ||
    /change[-_ ]?(?:me|it|this)(?![a-z])|replace[-_ ]?(?:me|this|with)|(?:^|[^a-z])your[-_ ]|placeholder|to[-_ ]be[-_ ]|insert[-_ ]|example[-_ ]?(?:key|token|secret|password)/i.test(
      text,
    )
  );
}

/**
 * Whether a text looks drawn at random: letters and digits that change often. `least` is the shortest
 * length, in characters, that is judged at all.
 */
export function looksRandom(text: string, least: number): boolean {
  if (text.length < least || /\s/.test(text)) return false;
  if (/^[0-9a-f]+$/i.test(text)) return text.length >= Math.max(least, 16) && entropy(text) > 2.5;
  // A long piece must be random in itself: words joined with dashes and slashes are not.
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
    /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
  );
}

// --- internal ---

const words = new Set(
  (
    'true false yes no on off none null nil undefined enabled disabled default auto required ' +
    'optional strict lax aws vault env file ssm kubernetes secretsmanager basic bearer jwt oauth2 ' +
    'header cookie plain'
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

/** `://user:password@`, word by word before each `@`: over the whole text it would take square time. */
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
  return /-----BEGIN (?:[A-Z0-9]+ )?(?:PUBLIC KEY|CERTIFICATE)|(?:^| )(?:ssh-\w+|ecdsa-[\w-]+) AAAA|^pk_(?:live|test)_/.test(
    text,
  );
}

/** Shannon entropy, in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}

/** How often lower case, upper case, digits and signs follow on each other. */
function changes(text: string): number {
  const classes = text.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0');
  let count = 0;
  for (let at = 1; at < classes.length; at += 1) {
    if (classes[at] !== classes[at - 1]) count += 1;
  }
  return count;
}
