import type { SecretKind } from './token-formats.ts';
import { wordsOf } from './words.ts';

/** What the name of a variable indicates about its value. */
export interface NameMeaning {
  kind: SecretKind;
  /** The name alone is sufficient; otherwise the value has to look random too. */
  strong: boolean;
}

/**
 * What a name indicates: a kind of secret, a public value (`public`: `SECRET_NAME`, `TOKEN_URL`,
 * `MAX_TOKENS`), or undefined. Treats `DB_PASSWORD`, `dbPassword` and `db.password` alike.
 */
export function nameMeaning(name: string): NameMeaning | 'public' | undefined {
  const words = wordsOf(name.slice(-longestName));
  if (words.some((word) => publicAnywhere.has(word)) || publicFirst.has(words[0] ?? '')) {
    return 'public';
  }
  const meaning = meaningOf(words);
  // What a browser gets is no secret key; nobody means to give it a password.
  if (
    isForBrowsers(name) &&
    (typeof meaning !== 'object' || !/^(?:password|secret)/.test(meaning.kind))
  )
    return 'public';
  return meaning;
}

/** Whether a build tool puts the variable into pages that everybody gets: `NEXT_PUBLIC_…`, `VITE_…`. */
export function isForBrowsers(name: string): boolean {
  return /^(?:NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|PUBLIC|VITE|REACT_APP|VUE_APP|NG_APP|GATSBY|PARCEL|SNOWPACK_PUBLIC|STORYBOOK|REACT_NATIVE|FLUTTER|ANGULAR)_/i.test(
    name,
  );
}

/**
 * The part of a name from a command line that may be shown: its common words. The rest may be a
 * value that only looks like a name.
 */
export function commonWords(name: string): string {
  const separator = /[_.]/.exec(name)?.[0] ?? '-';
  return name
    .split(/(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+/)
    .filter((word) => common.has(word.toLowerCase()))
    .join(separator);
}

// --- internal ---

function meaningOf(words: readonly string[]): NameMeaning | 'public' | undefined {
  for (let end = words.length; end > 0; end -= 1) {
    const joined = words.slice(0, end).join('_');
    if (publicKeys.test(joined)) return 'public';
    const found = meanings.find(({ pattern }) => pattern.test(joined));
    if (found) return { kind: found.kind, strong: found.strong };
    const last = words[end - 1] ?? '';
    if (publicLast.has(last)) return 'public';
    if (!neutralLast.has(last) && !/^\d+$/.test(last)) return undefined;
  }
  return undefined;
}

/** Earlier characters are ignored, because each word is compared with all words before it. */
const longestName = 256;

function set(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

const common = set(
  'password passwd passphrase passcode pass pwd pw secret secrets token tokens key keys apikey pgpassword ' +
    'credential credentials creds auth authorization login salt license jwt hmac pat api access private ' +
    'encryption signing master account shared session cookie webhook client admin root user app service ' +
    'db database datasource spring postgres mysql mongo redis rabbitmq ldap smtp mail aws azure github ' +
    'gitlab slack stripe npm vault sonar splunk grafana sentry datadog server internal bind oauth basic',
);
const publicAnywhere = set(
  'public publishable pub pubkey anon max min num allow enable enabled disable disabled',
);
const publicFirst = set('use uses is has require required skip feature');
/** Words after the name of a secret that make the value public information about it. */
const publicLast = set(
  'file files filename path paths dir directory folder name names arn arns id ids uuid sid url urls ' +
    'uri uris endpoint endpoints host hosts hostname port ports length len size min max count counts ' +
    'limit limits ttl expiry expires expiration expire timeout age days hours minutes seconds ' +
    'interval lifetime duration validity enabled disabled enable required policy type algorithm alg ' +
    'method mode header headers prefix suffix version region field fields format regex pattern store ' +
    'provider backend issuer audience scope scopes bucket table class strategy rotation schedule ' +
    'attempts location ref reference alias cookie param parameter parameters source rounds label ' +
    'address addresses contract mint wallet capacity bits chat channel bot policy ' +
    'template service role manager user username client realm mount volume namespace domain reset ' +
    'check validation complexity history strength encoding encoder hasher hash digest checksum sha ' +
    'commit revision charset chars model mapping group stack zone contact email owner',
);
/** Words after the name of a secret that do not change its meaning. */
const neutralLast = set(
  'value list lists array text plain raw string json base64 b64 hex default main primary secondary old new current ' +
    'previous prod production staging stage dev development test qa live local read write ro rw ' +
    'master replica a b eu us',
);
const publicKeys =
  /(?:^|_)(?:site|primary|partition|sort|foreign|cache|hash|routing|idempotency|object|range|index|group|row|host|kms|message|map|s3|redis|lookup|gpg|pgp)_?keys?$|(?:^|_)search(?:_only)?(?:_api)?_?keys?$/;

const meanings: readonly (NameMeaning & { pattern: RegExp })[] = [
  {
    kind: 'password by name',
    strong: true,
    pattern:
      /(?:^|_)(?:pass|psw|pin|pin_?code|app_pass)$|(?:^|_)(?:db|sql|my|mysql|pg|pgsql|postgres|redis|mongo|rabbit|rabbitmq|smtp|mail|email|ftp|sftp|ldap|user|root|admin|sa|auth|basic|web|http|proxy|rcon|key|store|require|master|bind)_?pass$|pw$|(?:password|passwort|passwd|pass_?phrase|passcode|pwd|contrasena|senha|kennwort|mot_de_passe)s?$/,
  },
  {
    kind: 'secret by name',
    strong: true,
    pattern:
      /secrets?$|secret_?key_?base$|(?:^|_)(?:mnemonic|mnemonics|seed_?phrase|recovery_?phrase|secret_?phrase|auth_?code)$/,
  },
  {
    kind: 'key by name',
    strong: true,
    pattern:
      /(?:api|access|secret|private|encryption|encrypt|signing|sign|master|auth|licen[sc]e|account|shared|shared_access|app|application|jwt|hmac|aes|crypto|cipher|fernet|deploy|ssh|session|cookie|webhook|admin|storage|ingest|integration|unseal)_?keys?$/,
  },
  { kind: 'key by name', strong: false, pattern: /(?:^|_)keys?$/ },
  { kind: 'token by name', strong: true, pattern: /tokens?$|root_token_id$|(?:^|_)(?:pat|jwt)$/ },
  { kind: 'credentials by name', strong: true, pattern: /(?:credentials?|creds?)$/ },
  { kind: 'credentials by name', strong: false, pattern: /(?:^|_)(?:auth|authorization|login)$/ },
  { kind: 'key by name', strong: true, pattern: /(?:salt|pepper)$/ },
  { kind: 'key by name', strong: false, pattern: /(?:hmac|licen[sc]e)$/ },
];
