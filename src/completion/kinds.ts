import { dataTypes } from '../model/secrets/parameter-policies.ts';

/** What a value is; `files` is left to the shell, `none` is anything. */
export type Kind =
  | 'ref'
  | 'variable-ref'
  | 'prefix'
  | 'place'
  | 'files'
  | 'definition'
  | 'family'
  | 'cluster'
  | 'service'
  | 'target'
  | 'variable'
  | 'profile'
  | 'environment'
  | 'commands'
  | 'tier'
  | 'data-type'
  | 'alphabet'
  | 'none';

/**
 * What the value of an argument or option is, by its placeholder (`cluster/service`), or where this says
 * less by its name (`cluster`). `path` is the command: `role create`. Undefined where nobody has said.
 */
export function kindOf(path: string, placeholder: string, name: string): Kind | undefined {
  return byName[`${path} ${name}`] ?? byName[`* ${name}`] ?? byPlaceholder[placeholder];
}

/** Values that are known without a declaration of choices. */
export const fixedValues: Partial<Record<Kind, readonly string[]>> = {
  tier: ['standard', 'advanced', 'intelligent-tiering'],
  'data-type': dataTypes,
  alphabet: ['alphanumeric', 'symbols', 'hex', 'digits', 'chars:'],
};

// --- internal ---

const byName: Readonly<Record<string, Kind>> = {
  '* profile': 'profile',
  'verify target': 'target',
  'diagnose target': 'service',
  'policy caller prefix': 'prefix',
  'policy caller cluster': 'cluster',
};

const byPlaceholder: Readonly<Record<string, Kind>> = {
  ref: 'ref',
  secret: 'ref',
  'env=ref': 'variable-ref',
  'option=ref': 'variable-ref',
  prefix: 'prefix',
  a: 'place',
  b: 'place',
  source: 'place',
  file: 'files',
  'file|family': 'definition',
  family: 'family',
  cluster: 'cluster',
  'cluster/service': 'service',
  variable: 'variable',
  environment: 'environment',
  commands: 'commands',
  tier: 'tier',
  type: 'data-type',
  set: 'alphabet',
  command: 'files',
  'env-file': 'files',
  ...Object.fromEntries(
    [
      ...[
        'name',
        'key',
        'key=value',
        'name=value',
        'text',
        'arn',
        'path',
        'role',
        'env',
        'uri',
        'units',
        'mib',
      ],
      ...['setting', 'words', 'names', 'revision'],
      ...[
        'duration',
        'n',
        'days',
        'length',
        'version',
        'version|time',
        'id',
        'region',
        'url',
        'confidence',
      ],
      ...['format', 'when', 'address', 'store', 'port', 'service:operation=n', 'shell', 'code'],
      ...['pattern', 'age', 'order', 'mode', 'owner'],
      ...['token', 'ids', 'launch-type'],
      'service:operation=code@share',
      'address',
    ].map((placeholder) => [placeholder, 'none' as const]),
  ),
};
