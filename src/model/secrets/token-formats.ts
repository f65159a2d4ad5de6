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
  | 'webhook URL'
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

/** The characters of the part of a token after its prefix. */
export type Alphabet = 'alphanumeric' | 'word' | 'hex' | 'base64' | 'upper';

/** The public format of a service's tokens: facts only, no code. */
export interface TokenFormat {
  kind: SecretKind;
  prefixes: readonly string[];
  alphabet: Alphabet;
  /** The least number of characters after the prefix. */
  length: number;
  /** Whether a token never has more characters. */
  exact?: true;
}

/**
 * Formats of tokens, from the services' own documentation and from the rules of gitleaks. To update:
 * `node scripts/token-formats.mjs gitleaks.toml` lists the prefixes that gitleaks knows and that are not
 * here (its file is config/gitleaks.toml in github.com/gitleaks/gitleaks). Add a row for each that
 * matters: prefix, characters and least length.
 */
export const tokenFormats: readonly TokenFormat[] = [
  row('AWS access key', 'AKIA ASIA ABIA ACCA', 'upper', 16, 'exact'),
  row('service token', 'ABSK', 'base64', 100),
  row('GitHub token', 'ghp_ gho_ ghu_ ghs_ ghr_', 'alphanumeric', 36),
  row('GitHub token', 'github_pat_', 'word', 22),
  row(
    'GitLab token',
    'glpat- gldt- glrt- glcbt- glptt- glft- glffct- glimt- glsoat- glagent- gloas- GR1348941',
    'word',
    20,
  ),
  row('Slack token', 'xoxb- xoxp- xoxa- xoxe- xoxr- xoxs- xoxo- xoxe.xoxp- xapp-', 'word', 10),
  row('Stripe key', 'sk_live_ rk_live_ sk_test_ rk_test_ sk_prod_ rk_prod_', 'alphanumeric', 12),
  row('Stripe key', 'whsec_', 'base64', 16),
  row('Google key', 'AIza', 'word', 33),
  row('Google key', 'GOCSPX- ya29.', 'word', 20),
  row('npm token', 'npm_', 'alphanumeric', 36),
  row('service token', 'sk-ant- sk-proj- sk-svcacct- sk-admin- sk-or-v1-', 'word', 20),
  row('service token', 'sk-', 'alphanumeric', 32),
  row('service token', 'gsk_ xai- hf_ api_org_ pplx-', 'alphanumeric', 30),
  row('service token', 'r8_ tvly- lsv2_pt_ lsv2_sk_ csk- nvapi- jina_', 'word', 20),
  row('service token', 'key-', 'hex', 32, 'exact'),
  row('service token', 'NRAK-', 'upper', 27),
  row('service token', 'NRII-', 'word', 32),
  row('service token', 'dop_v1_ doo_v1_ dor_v1_', 'hex', 64),
  row('service token', 'hvs. hvb. hvr.', 'word', 24),
  row('service token', 'dapi', 'hex', 32),
  row('service token', 'pypi-', 'word', 32),
  row('service token', 'rubygems_', 'hex', 48),
  row('service token', 'dckr_pat_ dckr_oat_', 'word', 20),
  row('service token', 'shpat_ shpss_ shpca_ shppa_', 'hex', 32),
  row('service token', 'sqp_ squ_ sqa_', 'hex', 40),
  row('service token', 'sntrys_', 'base64', 32),
  row('service token', 'sntryu_', 'hex', 64),
  row('service token', 'glsa_', 'word', 32),
  row('service token', 'glc_', 'base64', 32),
  row('service token', 'lin_api_ lin_oauth_', 'alphanumeric', 32),
  row('service token', 'sbp_', 'hex', 40),
  row('service token', 'sb_secret_', 'word', 20),
  row('service token', 're_', 'word', 24),
  row('service token', 'xkeysib- xsmtpsib-', 'hex', 60),
  row('service token', 'ntn_', 'alphanumeric', 40),
  row('service token', 'pscale_tkn_ pscale_oauth_ pscale_pw_', 'word', 32),
  row('service token', 'npg_', 'alphanumeric', 12),
  row('service token', 'PMAK-', 'word', 50),
  row('service token', 'pul-', 'hex', 40),
  row('service token', 'rdme_', 'alphanumeric', 60),
  row('service token', 'shippo_live_ shippo_test_', 'hex', 40),
  row('service token', 'duffel_live_ duffel_test_', 'word', 40),
  row('service token', 'FLWSECK_TEST- FLWSECK-', 'word', 12),
  row('service token', 'EZAK EZTK', 'alphanumeric', 54),
  row('service token', 'tfp_', 'word', 40),
  row('service token', 'dp.pt. dp.st. dp.ct.', 'alphanumeric', 40),
  row('service token', 'ops_eyJ', 'base64', 100),
  row('service token', 'CLOJARS_', 'alphanumeric', 60),
  row('service token', 'fo1_', 'word', 43),
  row('service token', 'fm1a_ fm1r_ fm2_', 'base64', 60),
  row('service token', 'HRKU-', 'word', 36),
  row('service token', 'pnu_', 'alphanumeric', 36),
  row('service token', 'sgp_', 'word', 40),
  row('service token', 'sm_pat_ sm_sat_ sm_aat_', 'alphanumeric', 16),
  row('service token', 'LTAI', 'alphanumeric', 16),
  row('service token', 'vercel_blob_rw_', 'word', 20),
  row('service token', 'dt0c01.', 'upper', 24),
  row('service token', 'sq0atp- sq0csp-', 'word', 22),
  row('service token', 'phx_', 'alphanumeric', 30),
  row('service token', 'AGE-SECRET-KEY-1', 'upper', 58),
  row('service token', 'p8e- ico- AKCp cmVmd 4b1d', 'alphanumeric', 32),
  row('service token', 'bedrock-api-key- fio-u- sha256~ tk-us-', 'word', 40),
  row('service token', 'v1.0-', 'hex', 24),
  row('service token', 'EAA', 'alphanumeric', 80),
  row('service token', 'API-', 'upper', 26),
  row('service token', 'ATATT3 ATCTT3', 'base64', 40),
];

/** Prefixes of keys that a service publishes, e.g. for browsers. */
export const publicPrefixes: readonly string[] = (
  'pk_live_ pk_test_ pk_prod_ sb_publishable_ phc_ FLWPUBK rzp_live_ rzp_test_ test_ck_ live_ck_ pk.eyJ ' +
  'NRJS- pubkey- public-token- ca-pub- G- GTM- UA- price_ prod_'
).split(' ');

// --- internal ---

function row(
  kind: SecretKind,
  prefixes: string,
  alphabet: Alphabet,
  length: number,
  exact?: 'exact',
): TokenFormat {
  return {
    ...{ kind, prefixes: prefixes.split(' '), alphabet, length },
    ...(exact && { exact: true as const }),
  };
}
