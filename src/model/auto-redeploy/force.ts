import { call, choice, jsonata, type State } from './states.ts';

/** From so many deployments within an hour on, a service that changes its own secret is left alone. */
const loopLimit = 3;

/**
 * Forces a deployment of each service of `$found` that nothing speaks against, about one a second: ECS
 * allows more, but shares it with everybody. What was started is in `$pending`.
 */
export function force(next: string): Record<string, State> {
  return {
    'Redeploy services': {
      Type: 'Map',
      Items: jsonata('[$found[$not($exists(skip))]]'),
      MaxConcurrency: 1,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'May it be in a loop?',
        States: {
          'May it be in a loop?': choice(
            '$states.input.check = true',
            'List deployments',
            'Update service',
          ),
          'List deployments': call('ecs:listServiceDeployments', {
            Arguments: {
              Cluster: jsonata('$states.input.c'),
              Service: jsonata('$states.input.s'),
              CreatedAt: { After: jsonata('$fromMillis($millis() - 3600000)') },
            },
            Output: jsonata(
              "$merge([$states.input, { 'lately': $count($states.result.ServiceDeployments) }])",
            ),
            Next: 'Is it in a loop?',
            Catch: [caught],
          }),
          'Is it in a loop?': choice(
            `$states.input.lately >= ${loopLimit}`,
            'Leave it out',
            'Update service',
          ),
          'Leave it out': {
            Type: 'Pass',
            Output: jsonata(`{
              'c': $states.input.c, 's': $states.input.s,
              'skip': 'possible loop: ' & $states.input.lately & ' deployments within an hour, and the secret changes after each'
            }`),
            End: true,
          },
          'Update service': call('ecs:updateService', {
            Arguments: {
              Cluster: jsonata('$states.input.c'),
              Service: jsonata('$states.input.s'),
              ForceNewDeployment: true,
            },
            Output: jsonata(`{
              'c': $states.input.c, 's': $states.input.s,
              'd': $states.result.Service.Deployments[Status = 'PRIMARY'][0].Id
            }`),
            Catch: [caught],
            Next: 'Wait a second',
          }),
          'Wait a second': { Type: 'Wait', Seconds: 1, End: true },
          'Report the failure': { Type: 'Pass', End: true },
        },
      },
      Assign: {
        pending: jsonata('[$states.result[$exists(d)]]'),
        results: jsonata('[$states.result[$exists(fail)]]'),
        found: jsonata('[$found[$exists(skip)], $states.result[$exists(skip)]]'),
      },
      Next: next,
    },
  };
}

// --- internal ---

/** One service that cannot be redeployed does not keep the others from it. */
const caught = {
  ErrorEquals: ['States.ALL'],
  Output: jsonata(
    "{ 'c': $states.input.c, 's': $states.input.s, 'bad': true, 'fail': $states.errorOutput.Error & ': ' & $states.errorOutput.Cause }",
  ),
  Next: 'Report the failure',
};
