import type { AutoRedeployOptions, ServiceList } from './options.ts';
import { call, callSize, choice, inCalls, jsonata, type State } from './states.ts';
import { verdict } from './verdict.ts';

/**
 * Finds the services that refer to one of `$secrets`, in `$found`: `s` is the ARN of the service, `c` its
 * cluster, `skip` why it is left out, `check` whether it may be in a loop.
 */
export function search(
  options: AutoRedeployOptions,
  next: string,
): { start: string; states: Record<string, State> } {
  if (options.services) return listed(options, options.services, next);
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
      'Look at services': mapOfCalls(
        options,
        inCalls('$states.input.services', '$one.s'),
        'More services?',
      ),
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

/** Services of one state: what a Map returns for them stays below the 256 KiB of a state. */
const mostInState = 1_000;

/** Takes the services from the definition, in parts: a state passes on 256 KiB. */
function listed(
  options: AutoRedeployOptions,
  services: ServiceList,
  next: string,
): { start: string; states: Record<string, State> } {
  const calls = Object.entries(services).flatMap(([cluster, names]) =>
    inGroups(names, callSize).map((group) => ({ cluster, services: group })),
  );
  const parts = inGroups(calls, mostInState / callSize);
  const state = (at: number): string => `Take services ${at + 1}`;
  const takes = parts.map((part, at): [string, State] => [
    state(at),
    { Type: 'Pass', Output: { calls: part }, Assign: { part: at + 1 }, Next: 'Look at services' },
  ]);
  const more = parts.slice(1).map((_, at) => ({
    Condition: jsonata(`$part = ${at + 1}`),
    Next: state(at + 1),
  }));
  return {
    start: state(0),
    states: {
      ...Object.fromEntries(takes),
      'Look at services': mapOfCalls(
        options,
        '$states.input.calls',
        more.length > 0 ? 'More services?' : next,
      ),
      ...(more.length > 0 && {
        'More services?': { Type: 'Choice', Choices: more, Default: next },
      }),
    },
  };
}

function inGroups<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) =>
    list.slice(at * size, (at + 1) * size),
  );
}

/** `calls` is an expression of `{ cluster, services }`. */
function mapOfCalls({ distributed }: AutoRedeployOptions, calls: string, next: string): State {
  return {
    Type: 'Map',
    Items: jsonata(calls),
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
