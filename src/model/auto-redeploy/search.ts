import type { AutoRedeployOptions } from './options.ts';
import { call, choice, inCalls, jsonata, type State } from './states.ts';
import { verdict } from './verdict.ts';

/**
 * Finds the services that refer to one of `$secrets`, in `$found`: `s` is the ARN of the service, `c` its
 * cluster, `skip` why it is left out, `check` whether it may be in a loop.
 */
export function search(
  options: AutoRedeployOptions,
  next: string,
): { start: string; states: Record<string, State> } {
  const lookAt = (list: string, then: string): State => mapOfCalls(options, list, then);
  if (options.services) {
    const listed = options.services.map((arn) => ({ c: clusterOf(arn), s: arn }));
    const states = {
      'Take the listed services': {
        Type: 'Pass',
        Output: { services: listed },
        Next: 'Look at services',
      },
      'Look at services': lookAt('$states.input.services', next),
    };
    return { start: 'Take the listed services', states };
  }
  const token = '$exists($states.result.NextToken) ? $states.result.NextToken : null';
  const page = "$token = null ? {} : { 'NextToken': $token }";
  const clusters: Record<string, State> = {
    'List clusters': call('ecs:listClusters', {
      Arguments: jsonata(`$merge([{ 'MaxResults': 100 }, ${page}])`),
      Assign: {
        clusters: jsonata('[$clusters, $states.result.ClusterArns]'),
        token: jsonata(token),
      },
      Next: 'More clusters?',
    }),
    'More clusters?': choice('$token != null', 'List clusters', 'Is there a cluster left?'),
  };
  const isNarrowed = options.clusters.length > 0;
  return {
    start: isNarrowed ? 'Is there a cluster left?' : 'List clusters',
    states: {
      ...(isNarrowed ? {} : clusters),
      'Is there a cluster left?': choice('$count($clusters) > 0', 'List services', next),
      'List services': call('ecs:listServices', {
        Arguments: jsonata(`$merge([{ 'Cluster': $clusters[0], 'MaxResults': 100 }, ${page}])`),
        Output: {
          services: jsonata('[$states.result.ServiceArns.{ "c": $clusters[0], "s": $string() }]'),
        },
        Assign: { token: jsonata(token) },
        Next: 'Look at services',
      }),
      'Look at services': lookAt('$states.input.services', 'More services?'),
      'More services?': choice('$token != null', 'List services', 'Go to the next cluster'),
      'Go to the next cluster': {
        Type: 'Pass',
        Assign: { clusters: jsonata('[$filter($clusters, function($one, $i) { $i > 0 })]') },
        Next: 'Is there a cluster left?',
      },
    },
  };
}

// --- internal ---

function mapOfCalls({ distributed }: AutoRedeployOptions, list: string, next: string): State {
  return {
    Type: 'Map',
    Items: jsonata(inCalls(list, '$one.s')),
    // A child of a Distributed Map sees no variables.
    ItemSelector: {
      cluster: jsonata('$states.context.Map.Item.Value.cluster'),
      services: jsonata('$states.context.Map.Item.Value.services'),
      secrets: jsonata('$secrets'),
      earlier: jsonata('$earlier'),
      reconcile: jsonata('$reconcile'),
    },
    MaxConcurrency: 4,
    ItemProcessor: {
      ProcessorConfig: distributed
        ? { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }
        : { Mode: 'INLINE' },
      StartAt: 'Describe services',
      States: processor,
    },
    Assign: { found: jsonata('[$found, $states.result.found]') },
    Next: next,
  };
}

const processor: Record<string, State> = {
  'Describe services': call('ecs:describeServices', {
    Arguments: {
      Cluster: jsonata('$states.input.cluster'),
      Services: jsonata('$states.input.services'),
      Include: ['TAGS'],
    },
    Assign: {
      wanted: jsonata('$states.input.secrets'),
      merged: jsonata('$states.input.earlier'),
      late: jsonata('$states.input.reconcile'),
    },
    Output:
      jsonata(`{ 'services': [$map($states.result.Services[Status = 'ACTIVE'], function($service) { (
      $primary := ($service.Deployments[Status = 'PRIMARY'])[0];
      $sets := [$service.TaskSets];
      $own := [$service.DeploymentController.Type, ''][0];
      {
        's': $service.ServiceArn,
        'c': $service.ClusterArn,
        'definition': [$service.TaskDefinition, $sets[Status = 'PRIMARY'].TaskDefinition, $sets.TaskDefinition, ''][0],
        'controller': $own,
        'off': $count($service.Tags[Key = 'ecs-secrets:auto-redeploy' and Value = 'off']) > 0,
        'created': [$primary.CreatedAt, $sets.CreatedAt, '1970-01-01T00:00:00Z'][0],
        'connect': [$service.Deployments.ServiceConnectConfiguration.LogConfiguration.SecretOptions.ValueFrom]
      }
    ) })] }`),
    Next: 'Look at each service',
  }),
  'Look at each service': {
    Type: 'Map',
    Items: jsonata("[$states.input.services[definition != '']]"),
    MaxConcurrency: 2,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'INLINE' },
      StartAt: 'Describe task definition',
      States: {
        'Describe task definition': call('ecs:describeTaskDefinition', {
          Arguments: { TaskDefinition: jsonata('$states.input.definition') },
          Output: jsonata(verdict),
          Catch: [
            {
              ErrorEquals: ['States.ALL'],
              Output: jsonata(
                "{ 's': $states.input.s, 'c': $states.input.c, 'skip': 'its task definition cannot be read: ' & $states.errorOutput.Error }",
              ),
              Next: 'Unknown service',
            },
          ],
          End: true,
        }),
        'Unknown service': { Type: 'Pass', End: true },
      },
    },
    Output: { found: jsonata('[$states.result[$exists(s)]]') },
    End: true,
  },
};

/** The cluster in the ARN of a service, for `cluster` of a call. */
function clusterOf(arn: string): string {
  return arn.split('/').at(-2) ?? '';
}
