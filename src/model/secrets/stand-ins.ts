import { wordsOf } from './words.ts';

/**
 * Whether a value stands for a secret that somebody has yet to put there: `changeme`, `your-api-key`,
 * `sk-...`, `MySecurePassword`, or a text that repeats the name of its variable. Without a name only the
 * value is judged.
 */
export function isStandIn(value: string, name = ''): boolean {
  const text = value.trim();
  return (
    isPlaceholder(text) ||
    isFiller(text) ||
    otherLanguages.test(text) ||
    isDescription(text) ||
    repeatsName(name, text)
  );
}

/** Whether a text is padding in the form of a secret: `sk-xxxxxxxx`, `ghp_...`, `0x0000000000`. */
export function isFiller(text: string): boolean {
  return (
    /\.{3}|…|\*{3}|x{5}|X{5}|0{16}|-{6}(?!BEGIN)|<[A-Za-z%][^<>]*>/.test(
      text.replace(/-----(?:BEGIN|END)[ A-Z0-9]*-----/g, ''),
    ) ||
    /^x{3,}$/i.test(text.replace(/[^A-Za-z0-9]/g, '')) ||
    /[-_](?:x{3,}|X{3,})$/.test(text) ||
    /^0[0-]{3,}$/.test(text) ||
    /^(?:0x)?(.)\1{2,}$/.test(text) ||
    (text.length >= 16 &&
      /1234567890|0123456789|abcdefghij|(?:^|[^A-Za-z])your[-_]/i.test(text) &&
      !/[^\w-]/.test(text))
  );
}

/**
 * Whether a value is certainly no secret but a placeholder for one: `changeme`, `<password>`. Unlike what
 * `isStandIn` says yes to, it may be printed.
 */
export function isPlaceholder(text: string): boolean {
  return (
    /^<[^<>]*>$|^\[[^[\]]*\]$|^\{[A-Za-z][\w.-]*\}$|[-_ ]here$/i.test(text) ||
    /^(?:PASSWORD|PASS|PASSWD|SECRET|TOKEN|KEY|API_?KEY)$/.test(text) ||
    /^(?:sk|pk|rk|ghp|whsec|key|token|sk_test|sk_live|pk_test|pk_live)[-_]$/.test(text) ||
    /^(?:replace|change|todo|tbd|fixme|dummy|fake|mock|example|sample|test|placeholder|redacted|hidden|masked|unused|stub|local|localstack|foo|bar|foobar|not[-_ ]?set|not[-_ ]?used)$/i.test(
      text,
    ) ||
    /change[-_ ]?(?:me|it|this)(?![a-z])|replace[-_ ]?(?:me|this|with)|(?:^|[^a-z])your[-_ ]|placeholder|to[-_ ]be[-_ ]|insert[-_ ]|example[-_ ]?(?:key|token|secret|password)/i.test(
      text,
    )
  );
}

/** Whether a value has a word for a secret in it: `dev-secret-key`, `jwt_token`. */
export function speaksOfSecrets(text: string): boolean {
  return wordsAndNumbersOf(text).some((word) => nouns.has(word));
}

// --- internal ---

/** "Change me", "your" and "password" in languages that public files are written in. */
const otherLanguages =
  /修改|更改|替换|你的|您的|填写|変更|入力|パスワード|변경|입력|비밀번호|замени|измени|поменя|пароль|cambi[ae]r?[-_ ]?(?:me|lo|esto|la)|^cambia|troque|altere|^(?:mude|trocar|alterar|ersetzen|vervang|zmien|byt)[-_ ]|[-_ ](?:aendern|ändern)|^(?:votre|vos|tu|sua?|seu|dein|ihr|il[-_ ]tuo|twoje|jouw)[-_ ]|a[-_ ]changer|changez|remplace[rz]/i;

const nouns = set(
  'password passwd passphrase passcode pass pwd pw secret secrets token tokens key keys apikey string value ' +
    'credential credentials hash salt text word code',
);
/** Words that describe what a secret should be like. */
const adjectives = set(
  'super very strong secure secured securise safe good long random unique complex hard specific real actual ' +
    'new some any goes least minimum characters chars bits bit exactly',
);
/** Words that describe how long a secret should be. */
const measures = set('least minimum characters chars bits bit');
/** First words of a description. */
const openers = set('my your the some any a an choose pick enter put set use please put type');
const notReal = set('dummy fake mock sample example placeholder todo test testing demo temp foo');
const instructions = set(
  'change replace your yours openssl generate generated choose enter insert please todo changeme replaceme',
);

/** `MySecureLoginPassword`, `replace_with_openssl_rand`, `dummy_secret`: words that speak of a secret. */
function isDescription(text: string): boolean {
  if (/^your?[a-z]*(?:pass|password|secret|key|token|id)s?$/i.test(text)) return true;
  if (/^my[a-z]*(?:pass|passwd|password|pwd|pw|secret|key|token)s?\d{0,4}$/i.test(text))
    return true;
  const words = wordsAndNumbersOf(text);
  if (words.length < 2 || !words.every(isPlainWord)) return false;
  const [first = ''] = words;
  // "test test test … junk", the mnemonic that every local chain has.
  if (words.length >= 12 && new Set(words).size <= 2) return true;
  const last = words.findLast((word) => !/^\d/.test(word)) ?? '';
  if (words.some((word) => instructions.has(word))) return true;
  if (openers.has(first) && words.some((word) => nouns.has(word))) return true;
  if (notReal.has(first) && nouns.has(last)) return true;
  if (words.length >= 3 && /^(?:get|obtain|paste|fill|add|see|ask|copy)$/.test(first)) return true;
  if (words.some((word) => measures.has(word)) && words.some((word) => nouns.has(word)))
    return true;
  const isOfPassword = words.some((word) => /^pass(?:word|wd|phrase)$/.test(word));
  return isOfPassword && words.some((word) => adjectives.has(word));
}

function wordsAndNumbersOf(text: string): string[] {
  return text.length > 200 ? [] : wordsOf(text.replace(/\d+/g, '_$&_'));
}

function isPlainWord(word: string): boolean {
  return /^[a-z]{1,16}$|^\d{1,4}$/.test(word);
}

/** `DB_PASSWORD=db-password`, `ACCESS_TOKEN_SECRET=access_token`, `JWT_SECRET=jwt_secret_key`. */
function repeatsName(name: string, text: string): boolean {
  const ofName = wordsOf(name);
  const ofValue = wordsAndNumbersOf(text);
  if (ofName.length < 2) return false;
  if (ofValue.join('') === ofName.join('')) return true;
  const isTold = (word: string): boolean =>
    ofName.includes(word) || nouns.has(word) || adjectives.has(word) || word === 'here';
  return ofValue.length >= 2 && ofValue.some((word) => nouns.has(word)) && ofValue.every(isTold);
}

function set(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
