import { call, jsonata, type State } from './states.ts';

/**
 * Makes the document of the run and sends it: to the topic if a service uses the secret, and to EventBridge
 * in any case. It is the output of the execution.
 */
export function report(topic: string): Record<string, State> {
  return {
    Report: {
      Type: 'Pass',
      Assign: { report: jsonata(document) },
      Next: 'Is there something to report?',
    },
    'Is there something to report?': {
      Type: 'Choice',
      Choices: [
        { Condition: jsonata('$dryRun'), Next: 'Done' },
        {
          Condition: jsonata('$count([$report.redeployed, $report.skipped, $report.failed]) > 0'),
          Next: 'Notify',
        },
        { Condition: jsonata('$reconcile'), Next: 'Done' },
      ],
      Default: 'Send the event',
    },
    Notify: call('sns:publish', {
      Arguments: {
        TopicArn: jsonata(topicArn(topic)),
        Subject: jsonata(`$substring('ecs-secrets: ' & $count($report.redeployed) & ' redeployed, '
          & $count($report.failed) & ' failed', 0, 99)`),
        Message: jsonata('$string($report, true)'),
      },
      // Without the message the result still is in the event and the output.
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Send the event' }],
      Next: 'Send the event',
    }),
    'Send the event': call('eventbridge:putEvents', {
      Arguments: {
        Entries: [
          {
            Source: 'ecs-secrets',
            DetailType: 'Redeploy Finished',
            Detail: jsonata('$string($report)'),
            Resources: jsonata('$report.secrets'),
          },
        ],
      },
      Next: 'Done',
    }),
    Done: { Type: 'Succeed', Output: jsonata('$report') },
    'Report the error': call('sns:publish', {
      Arguments: {
        TopicArn: jsonata(topicArn(topic)),
        Subject: 'ecs-secrets: services were not redeployed',
        Message: jsonata(`$string({
          'secrets': [$secrets.arn], 'error': $problem.Error, 'cause': $problem.Cause, 'execution': $execution
        }, true)`),
      },
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Fail' }],
      Next: 'Fail',
    }),
    Fail: {
      Type: 'Fail',
      Error: 'RedeployFailed',
      Cause: jsonata("$problem.Error & ': ' & $problem.Cause"),
    },
  };
}

// --- internal ---

/** The ARN of a topic in the region and account of the machine. */
function topicArn(name: string): string {
  return `($at := $split($machine, ':'); $join(['arn', $at[1], 'sns', $at[3], $at[4], '${name}'], ':'))`;
}

/** Lists are cut at 500 services: an event holds 256 KB. */
const document = `(
  $cut := function($list) { [$filter($list, function($one, $i) { $i < 500 })] };
  $plan := [$found[$not($exists(skip))]];
  $merge([
    {
      'secrets': [$secrets.arn],
      'dryRun': $dryRun,
      'redeployed': $cut([$map([$plan, $results[$not($exists(fail)) and $not($exists(skip))]], function($one) {
        $merge([{ 'service': $one.s }, $exists($one.d) ? { 'deployment': $one.d } : {}])
      })]),
      'skipped': $cut([$map([$found[$exists(skip)], $results[$exists(skip)]], function($one) {
        { 'service': $one.s, 'reason': $one.skip }
      })]),
      'failed': $cut([$map([$results[$exists(fail)]], function($one) {
        $merge([{ 'service': $one.s, 'reason': $one.fail }, $exists($one.d) ? { 'deployment': $one.d } : {}])
      })]),
      'rolledBack': $rolledBack
    },
    $count($secrets) > 0 ? { 'secret': $secrets[0].arn } : {},
    $note = null ? {} : { 'note': $note }
  ])
)`;
