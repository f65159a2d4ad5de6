import type { AutoRedeployOptions } from './options.ts';
import { spellings } from './match.ts';
import { call, choice, jsonata, type State } from './states.ts';

/**
 * Reads the input: an event of a store, `{ dryRun, secret }`, or anything else for a reconciliation. Then
 * waits for further changes, and sees which earlier executions are to redeploy services as well.
 */
export function readInput(options: AutoRedeployOptions, next: string): Record<string, State> {
  return {
    'Read the input': {
      Type: 'Pass',
      Assign: {
        machine: jsonata('$states.context.StateMachine.Id'),
        dryRun: jsonata('$states.input.dryRun = true'),
        reconcile: jsonata(
          '$not($exists($states.input.detail)) and $not($states.input.dryRun = true)',
        ),
        secrets: jsonata(withSpellings(changed)),
        version: jsonata("[$states.input.detail.versionId, ''][0]"),
        started: jsonata('$states.context.Execution.StartTime'),
        execution: jsonata('$states.context.Execution.Id'),
        earlier: [],
        clusters: [...options.clusters],
        token: null,
        found: [],
        pending: [],
        results: [],
        polls: 0,
        rolledBack: false,
        note: null,
      },
      Next: 'Is it a dry run?',
    },
    'Is it a dry run?': choice('$dryRun', next, 'Is it a reconciliation?'),
    'Is it a reconciliation?': choice(
      '$reconcile',
      options.reconcile === undefined ? next : 'List secrets',
      'Collect changes',
    ),
    'Collect changes': { Type: 'Wait', Seconds: options.window, Next: 'List executions' },
    'List executions': call('sfn:listExecutions', {
      Arguments: {
        StateMachineArn: jsonata('$machine'),
        StatusFilter: 'RUNNING',
        MaxResults: 1000,
      },
      Output: jsonata(earlierOnes(options.window)),
      Next: 'Read earlier inputs',
    }),
    'Read earlier inputs': {
      Type: 'Map',
      Items: jsonata('$states.input'),
      MaxConcurrency: 5,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'Describe execution',
        States: {
          'Describe execution': call('sfn:describeExecution', {
            Arguments: { ExecutionArn: jsonata('$states.input') },
            Output: jsonata('$parse($states.result.Input)'),
            End: true,
          }),
        },
      },
      Assign: { earlier: jsonata(withSpellings(`[$map($states.result, ${eventSecret})]`)) },
      Next: next,
    },
  };
}

/** An expression for a list of secrets with their spellings (`keys`). */
export function withSpellings(list: string): string {
  return `[$map(${list}, function($one) { $merge([$one, { 'keys': ${spellings} }]) })]`;
}

// --- internal ---

/** The secret that an event is about. The event of a parameter has its name, from which its ARN follows. */
const eventSecret = `function($event) {
  $event.source = 'aws.secretsmanager'
    ? {
        'store': 'secrets-manager', 'name': $event.detail.name, 'arn': $event.resources[0],
        'time': $event.time
      }
    : $event.source = 'aws.ssm'
      ? {
          'store': 'parameter-store', 'name': $event.detail.name, 'time': $event.time,
          'arn': $join([
            'arn', $split($states.context.StateMachine.Id, ':')[1], 'ssm', $event.region, $event.account,
            'parameter/' & $replace($event.detail.name, /^\\//, '')
          ], ':')
        }
}`;

const changed = `[
  $states.input.dryRun = true
    ? $merge([$states.input.secret, { 'time': $now() }])
    : $map([$states.input], ${eventSecret})
]`;

/**
 * Up to 10 of the executions that began earlier, but within the window: each of them will redeploy the
 * services of its secret after this change, so that their tasks read both values. ListExecutions is
 * eventually consistent; it already lists what began before the window.
 */
function earlierOnes(window: number): string {
  return `(
    $mine := $toMillis($started);
    [$filter($states.result.Executions, function($one) { (
      $theirs := $toMillis($one.StartDate);
      $one.ExecutionArn != $execution
        and $theirs > $mine - ${window * 1000}
        and ($theirs < $mine or $theirs = $mine and $one.ExecutionArn < $execution)
    ) })[[0..9]].ExecutionArn]
  )`;
}
