import { call, choice, inCalls, jsonata, type State } from './states.ts';

/** How long deployments are followed, in seconds. */
const limit = 900;

/**
 * Follows the deployments of `$pending` to their end, in `$results`: `s`, `d`, and `fail` where it failed.
 * Each look at 5 services takes about 10 of the 25,000 events that a history may have, so that looks
 * become rarer the more services there are.
 */
export function follow(next: string): Record<string, State> {
  return {
    'Is a deployment left?': choice('$count($pending) > 0', 'Choose the interval', next),
    'Choose the interval': {
      Type: 'Pass',
      Assign: {
        looks: jsonata('$min([30, $max([3, $floor(8000 / (10 * $ceil($count($pending) / 5)))])])'),
      },
      Next: 'Wait for deployments',
    },
    'Wait for deployments': {
      Type: 'Wait',
      Seconds: jsonata(`$ceil(${limit} / $looks)`),
      Next: 'Look at deployments',
    },
    'Look at deployments': {
      Type: 'Map',
      Items: jsonata(inCalls('$pending', '$one')),
      MaxConcurrency: 4,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'Describe deployments',
        States: {
          'Describe deployments': call('ecs:describeServices', {
            Arguments: {
              Cluster: jsonata('$states.input.cluster'),
              Services: jsonata('[$states.input.services.s]'),
            },
            Output: jsonata(seen),
            Catch: [
              {
                ErrorEquals: ['States.ALL'],
                Output: jsonata('{ "seen": $states.input.services }'),
                Next: 'Look again later',
              },
            ],
            End: true,
          }),
          'Look again later': { Type: 'Pass', End: true },
        },
      },
      Assign: {
        results: jsonata('[$results, $states.result.seen[$exists(end)]]'),
        pending: jsonata('[$states.result.seen[$not($exists(end))]]'),
        polls: jsonata('$polls + 1'),
      },
      Next: 'Is one still in progress?',
    },
    'Is one still in progress?': {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata('$count($pending) = 0'), Next: next },
        { Condition: jsonata('$polls < $looks'), Next: 'Wait for deployments' },
      ],
      Default: 'Give up',
    },
    'Give up': {
      Type: 'Pass',
      Assign: {
        results: jsonata(`[$results, $map($pending, function($one) { $merge([$one, {
          'bad': $one.failures > 0,
          'fail': 'its deployment did not finish within ${limit / 60} minutes; failed tasks: ' & $string($one.failures)
        }]) })]`),
        pending: [],
      },
      Next: next,
    },
  };
}

// --- internal ---

/**
 * What has become of the deployments of one call. A circuit breaker that rolls back makes the earlier
 * deployment PRIMARY again, with a reason that says so; any other deployment was started by somebody.
 */
const seen = `{ 'seen': [$map($states.input.services, function($one) { (
  $service := $states.result.Services[ServiceArn = $one.s][0];
  $mine := $service.Deployments[Id = $one.d][0];
  $primary := $service.Deployments[Status = 'PRIMARY'][0];
  $why := [$primary.RolloutStateReason, ''][0];
  $known := { 's': $one.s, 'c': $one.c, 'd': $one.d, 'failures': [$mine.FailedTasks, 0][0] };
  $merge([$known,
    $mine.RolloutState = 'FAILED' ? { 'end': true, 'bad': true, 'fail': [$mine.RolloutStateReason, 'it failed'][0] }
    : $mine.Status = 'PRIMARY' ? ($mine.RolloutState = 'COMPLETED' ? { 'end': true } : {})
    : $contains($why, 'rolling back') ? { 'end': true, 'bad': true, 'fail': $why }
    : $exists($service) ? { 'end': true, 'skip': 'another deployment replaced ours' }
    : { 'end': true, 'skip': 'the service was deleted' }
  ])
) })] }`;
