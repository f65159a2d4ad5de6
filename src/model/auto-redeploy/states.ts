/** A state of the Amazon States Language. */
export interface State {
  Type: string;
  [field: string]: unknown;
}

/** A JSONata expression as a field of a state. White space is folded: a definition has a limit. */
export function jsonata(text: string): string {
  return `{% ${fold(text)} %}`;
}

/** A JSONata expression for a place inside another one. */
export function fold(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** A string literal in JSONata. */
export function literal(value: unknown): string {
  return JSON.stringify(value);
}

/** A call of an AWS API, e.g. `ecs:listClusters`, which is repeated if it fails. */
export function call(api: string, fields: Record<string, unknown>): State {
  return {
    Type: 'Task',
    Resource: `arn:aws:states:::aws-sdk:${api}`,
    ...fields,
    Retry: [
      {
        ErrorEquals: ['States.TaskFailed'],
        IntervalSeconds: 2,
        MaxAttempts: 4,
        BackoffRate: 2,
        JitterStrategy: 'FULL',
      },
    ],
  };
}

/** A state that goes one way if a condition holds, and the other way if not. */
export function choice(condition: string, yes: string, no: string): State {
  return { Type: 'Choice', Choices: [{ Condition: jsonata(condition), Next: yes }], Default: no };
}

/** States of the machine itself: an error in one of them that it does not catch ends the run with a report. */
export function guarded(states: Record<string, State>): Record<string, State> {
  return Object.fromEntries(
    Object.entries(states).map(([name, state]) => {
      // After States.ALL no other catcher may stand (Step Functions guide, "Handling errors").
      if (!['Task', 'Map'].includes(state.Type) || state.Catch) return [name, state];
      const handler = {
        ErrorEquals: ['States.ALL'],
        Assign: { problem: jsonata('$states.errorOutput') },
        Next: 'Report the error',
      };
      return [name, { ...state, Catch: [handler] }];
    }),
  );
}

/** Services of one call: an answer of DescribeServices holds up to 30 KB for each, and a state 256 KiB. */
export const callSize = 5;

/**
 * The services of a list, in items for one call each. `list` is an expression of objects that have the cluster as
 * `c`; an item is `{ cluster, services }`, and `services` are made by `member` of `$one`.
 */
export function inCalls(list: string, member: string): string {
  return fold(`(
    $all := [${list}];
    $reduce([$distinct($all.c)], function($calls, $cluster) { (
      $own := [$filter($all, function($one) { $one.c = $cluster })];
      $append($calls, [$map([0..$ceil($count($own) / ${callSize}) - 1], function($at) { {
        'cluster': $cluster,
        'services': [$map(
          [$filter($own, function($one, $i) { $floor($i / ${callSize}) = $at })],
          function($one) { ${member} }
        )]
      } })])
    ) }, [])
  )`);
}
