/** How sure a finding is. */
export type Confidence = 'high' | 'medium' | 'low';

/** What a value looks like, as named in findings; each one is a separate rule in SARIF. */
export type SecretKind =
  | 'AWS access key'
  | 'AWS secret key'
  | 'GitHub token'
  | 'GitLab token'
  | 'Slack token'
  | 'Stripe key'
  | 'Google key'
  | 'SendGrid key'
  | 'npm token'
  | 'service token'
  | 'JWT'
  | 'private key'
  | 'URL with a password'
  | 'connection string with a password'
  | 'authorization header'
  | 'password hash'
  | 'password by name'
  | 'secret by name'
  | 'token by name'
  | 'key by name'
  | 'credentials by name'
  | 'high entropy';

/** Why a value looks like a secret. Contains no part of the value. */
export interface Suspicion {
  kind: SecretKind;
  confidence: Confidence;
  /** A public prefix of all secrets of this kind, e.g. `AKIA…`. */
  hint?: string;
}

/** A secret recognized by its form alone, anywhere in the text; undefined if there is none. */
export function shapeOf(text: string): Suspicion | undefined {
  for (const { kind, confidence = 'high', hint, pattern } of shapes) {
    const found = pattern.exec(text)?.[0];
    if (found === undefined) continue;
    return {
      kind,
      // AWS and others use such keys in their documentation.
      confidence: /example/i.test(found) ? 'low' : confidence,
      ...(hint !== undefined && { hint: `${hint}…` }),
    };
  }
  return undefined;
}

// --- internal ---

interface Shape {
  kind: SecretKind;
  /** Repetitions are bounded or at the end, so that no text makes the search slow. */
  pattern: RegExp;
  hint?: string;
  confidence?: Confidence;
}

/** A service token with a prefix; `rest` is the part after it. */
function prefixed(kind: SecretKind, prefix: string, rest: string): Shape {
  const literal = prefix.replace(/[.]/g, '\\.');
  return { kind, hint: prefix, pattern: new RegExp(`(?<![A-Za-z0-9])${literal}${rest}`) };
}

// Prefixes and lengths: the services' own documentation of their token formats.
const shapes: readonly Shape[] = [
  { kind: 'private key', pattern: /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/ },
  prefixed('AWS access key', 'AKIA', '[A-Z2-7]{16}(?![A-Za-z0-9])'),
  prefixed('AWS access key', 'ASIA', '[A-Z2-7]{16}(?![A-Za-z0-9])'),
  prefixed('GitHub token', 'github_pat_', '\\w{22}'),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) =>
    prefixed('GitHub token', prefix, '[A-Za-z0-9]{36}'),
  ),
  ...['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-'].map((prefix) =>
    prefixed('GitLab token', prefix, '[\\w-]{20}'),
  ),
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxe-', 'xoxr-', 'xoxs-', 'xapp-'].map((prefix) =>
    prefixed('Slack token', prefix, '[\\w-]{10}'),
  ),
  {
    kind: 'Slack token',
    hint: 'https://hooks.slack.com/',
    pattern: /https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/\w+\/\w+\/\w{10}/,
  },
  ...['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'whsec_'].map((prefix) =>
    prefixed('Stripe key', prefix, '[A-Za-z0-9+/]{16}'),
  ),
  prefixed('Google key', 'AIza', '[\\w-]{35}'),
  prefixed('Google key', 'GOCSPX-', '[\\w-]{20}'),
  prefixed('Google key', 'ya29.', '[\\w-]{20}'),
  prefixed('SendGrid key', 'SG.', '[\\w-]{16,32}\\.[\\w-]{16}'),
  prefixed('npm token', 'npm_', '[A-Za-z0-9]{36}'),
  ...(
    [
      ['sk-ant-', '[\\w-]{20}'],
      ['sk-proj-', '[\\w-]{20}'],
      ['sk-', '[A-Za-z0-9]{40}'],
      ['key-', '[0-9a-f]{32}(?![0-9a-f])'],
      ['NRAK-', '[A-Z0-9]{27}'],
      ['dop_v1_', '[0-9a-f]{64}'],
      ['hvs.', '[\\w-]{24}'],
      ['hvb.', '[\\w-]{24}'],
      ['dapi', '[0-9a-f]{32}'],
      ['pypi-', '[\\w-]{32}'],
      ['dckr_pat_', '[\\w-]{20}'],
      ['shpat_', '[0-9a-f]{32}'],
      ['shpss_', '[0-9a-f]{32}'],
      ['sqp_', '[0-9a-f]{40}'],
      ['sntrys_', '[\\w+/=-]{32}'],
      ['glsa_', '[\\w]{32}'],
      ['glc_', '[\\w+/=]{32}'],
      ['lin_api_', '[A-Za-z0-9]{32}'],
      ['hf_', '[A-Za-z0-9]{30}'],
    ] as const
  ).map(([prefix, rest]) => prefixed('service token', prefix, rest)),
  { kind: 'service token', pattern: /(?<![0-9a-f])[0-9a-f]{36}NRAL(?!\w)/ },
  { kind: 'service token', pattern: /(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])/ },
  {
    kind: 'JWT',
    hint: 'eyJ',
    pattern: /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{6,}\.[\w-]{10}/,
  },
  {
    kind: 'authorization header',
    pattern: /(?<!\w)(?:Basic|Bearer)[ +](?=[A-Za-z_.~+/-]*\d)[\w.~+/-]{12}/i,
  },
  {
    kind: 'password hash',
    confidence: 'medium',
    pattern: /\$(?:apr1|2[aby]|5|6|argon2id?)\$[\w./$=,+-]{20}/,
  },
];
