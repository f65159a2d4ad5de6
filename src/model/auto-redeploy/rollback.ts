import type { AutoRedeployOptions } from './options.ts';
import { call, choice, jsonata, type State } from './states.ts';

/**
 * Makes the previous version of a secret current again, whose event then starts the machine once more. Not
 * for a parameter, whose value would have to be read; not for a value that a rotation function made, as the
 * database has the new one already; and only to a version that was created earlier, so that the older
 * value, if it fails too, does not bring back the newer one.
 */
export function rollback(options: AutoRedeployOptions, next: string): Record<string, State> {
  const handler = {
    ErrorEquals: ['States.ALL'],
    Assign: { note: jsonata("'the value was not rolled back: ' & $states.errorOutput.Error") },
    Next: next,
  };
  return {
    'Did too many fail?': {
      Type: 'Choice',
      Choices: [
        {
          Condition: jsonata(
            `$reconcile or $count($results[bad = true]) <= ${options.maxFailures}`,
          ),
          Next: next,
        },
        {
          Condition: jsonata("$secrets[0].store = 'secrets-manager'"),
          Next: 'Describe the secret',
        },
      ],
      Default: 'It is a parameter',
    },
    'It is a parameter': note('the value was not rolled back: it is a parameter', next),
    'Describe the secret': call('secretsmanager:describeSecret', {
      Arguments: { SecretId: jsonata('$secrets[0].arn') },
      Output: {
        rotates: jsonata(
          '$states.result.RotationEnabled = true or $exists($states.result.OwningService)',
        ),
        rotated: jsonata(
          "$exists($states.result.LastRotatedDate) ? $states.result.LastRotatedDate : ''",
        ),
      },
      Catch: [handler],
      Next: 'List its versions',
    }),
    'List its versions': call('secretsmanager:listSecretVersionIds', {
      Arguments: { SecretId: jsonata('$secrets[0].arn'), MaxResults: 100 },
      Output: jsonata(`(
        $versions := $states.result.Versions;
        $current := $versions['AWSCURRENT' in VersionStages][0];
        $previous := $versions['AWSPREVIOUS' in VersionStages][0];
        $made := $toMillis($current.CreatedDate);
        $why := $current.VersionId != $version ? 'it changed again'
          : $states.input.rotates ? 'the secret is rotated by a function or a service'
          : $states.input.rotated != '' and $toMillis($states.input.rotated) >= $made ? 'a rotation function made it'
          : $not($exists($previous)) ? 'there is no earlier version'
          : $toMillis($previous.CreatedDate) > $made ? 'it is the older one already'
          : '';
        { 'why': $why, 'from': $current.VersionId, 'to': [$previous.VersionId, ''][0] }
      )`),
      Catch: [handler],
      Next: 'May it be rolled back?',
    }),
    'May it be rolled back?': choice("$states.input.why = ''", 'Roll back', 'It may not'),
    'It may not': {
      ...note(null, next),
      Assign: { note: jsonata("'the value was not rolled back: ' & $states.input.why") },
    },
    'Roll back': call('secretsmanager:updateSecretVersionStage', {
      Arguments: {
        SecretId: jsonata('$secrets[0].arn'),
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: jsonata('$states.input.to'),
        RemoveFromVersionId: jsonata('$states.input.from'),
      },
      Assign: { rolledBack: true },
      Catch: [handler],
      Next: next,
    }),
  };
}

// --- internal ---

function note(text: string | null, next: string): State {
  return { Type: 'Pass', Assign: { note: text }, Next: next };
}
