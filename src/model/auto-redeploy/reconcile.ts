import type { AutoRedeployOptions } from './options.ts';
import { isWatched } from './watched.ts';
import { withSpellings } from './read-input.ts';
import { call, choice, jsonata, type State } from './states.ts';

/**
 * Lists the secrets that changed lately, for changes whose event was lost: by the date of the current
 * version in Secrets Manager, and the date of the last change in Parameter Store. Reads no value.
 */
export function reconcile(options: AutoRedeployOptions, next: string): Record<string, State> {
  // Twice the interval: the last run may have been the one that was lost.
  const since = `$toMillis($started) - ${(options.reconcile ?? 0) * 2000}`;
  const token = '$exists($states.result.NextToken) ? $states.result.NextToken : null';
  const page = "$token = null ? {} : { 'NextToken': $token }";
  return {
    'List secrets': call('secretsmanager:listSecrets', {
      Arguments: jsonata(`$merge([{ 'MaxResults': 100 }, ${page}])`),
      Assign: {
        found: jsonata(`[$found, $states.result.SecretList[
          $toMillis(LastChangedDate) > ${since} and ${isWatched(options, 'secrets-manager')}
        ].{ 'arn': $exists(Arn) ? Arn : ARN, 'name': Name }]`),
        token: jsonata(token),
      },
      Next: 'More secrets?',
    }),
    'More secrets?': choice('$token != null', 'List secrets', 'Find their versions'),
    'Find their versions': {
      Type: 'Map',
      Items: jsonata('$found'),
      MaxConcurrency: 5,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'List versions',
        States: {
          'List versions': call('secretsmanager:listSecretVersionIds', {
            Arguments: { SecretId: jsonata('$states.input.arn'), MaxResults: 100 },
            Output: jsonata(`{
              'store': 'secrets-manager', 'name': $states.input.name, 'arn': $states.input.arn,
              'time': [$states.result.Versions['AWSCURRENT' in VersionStages][0].CreatedDate, ''][0]
            }`),
            End: true,
          }),
        },
      },
      Assign: {
        secrets: jsonata(
          withSpellings(`[$states.result[time != '' and $toMillis(time) > ${since}]]`),
        ),
        found: [],
      },
      Next: 'List parameters',
    },
    'List parameters': call('ssm:describeParameters', {
      Arguments: jsonata(`$merge([{ 'MaxResults': 50 }, ${page}])`),
      Assign: {
        secrets: jsonata(
          `[$secrets, ${withSpellings(`[$states.result.Parameters[
          $toMillis(LastModifiedDate) > ${since} and ${isWatched(options, 'parameter-store')}
        ].{ 'store': 'parameter-store', 'name': Name, 'arn': $exists(Arn) ? Arn : ARN, 'time': LastModifiedDate }]`)}]`,
        ),
        token: jsonata(token),
      },
      Next: 'More parameters?',
    }),
    'More parameters?': choice('$token != null', 'List parameters', 'Did a secret change?'),
    'Did a secret change?': choice('$count($secrets) > 0', next, 'Report'),
  };
}
