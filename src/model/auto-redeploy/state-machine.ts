import { follow } from './follow.ts';
import { force } from './force.ts';
import { topicName, type AutoRedeployOptions } from './options.ts';
import { readInput } from './read-input.ts';
import { reconcile } from './reconcile.ts';
import { report } from './report.ts';
import { rollback } from './rollback.ts';
import { search } from './search.ts';
import { choice, guarded } from './states.ts';

/** A definition in the Amazon States Language, as a plain object. */
export type StateMachineDefinition = Record<string, unknown>;

/** The secret that an execution is about, as an input names it. */
export interface SecretInput {
  store: 'parameter-store' | 'secrets-manager';
  /** As stored: `/shop/db` or `shop/db`. */
  name: string;
  arn: string;
}

/** Input of an execution that only says what it would do. Any other input is an event of EventBridge. */
export interface DryRunInput {
  dryRun: true;
  secret: SecretInput;
}

/** What became of a service. */
export interface ServiceResult {
  /** ARN of the service. */
  service: string;
  /** Present for `redeployed` and `failed`, unless the run was dry. */
  deployment?: string;
  /** Present for `skipped` and `failed`: why, for people. */
  reason?: string;
}

/** Output of an execution, and `detail` of the event `Redeploy Finished`. */
export interface RunDocument {
  /** ARN of the secret that changed; of a reconciliation, of each secret it is about. */
  secrets: string[];
  /** The first of `secrets`. Absent if there is none. */
  secret?: string;
  dryRun: boolean;
  redeployed: ServiceResult[];
  skipped: ServiceResult[];
  failed: ServiceResult[];
  /** Whether the previous value was made current again. */
  rolledBack: boolean;
  /** Why the value was not rolled back, where it was to be. */
  note?: string;
}

/** The state machine: it finds the services that refer to a secret, redeploys them and reports. */
export function stateMachine(options: AutoRedeployOptions): StateMachineDefinition {
  const afterwards = options.rollback ? 'Did too many fail?' : 'Report';
  const found = search(options, 'Is it only a test?');
  return {
    Comment:
      'Redeploys the ECS services that use a secret when it changes (ecs-secrets auto-redeploy)',
    QueryLanguage: 'JSONata',
    StartAt: 'Read the input',
    States: guarded({
      ...readInput(options, found.start),
      ...(options.reconcile === undefined ? {} : reconcile(options, found.start)),
      ...found.states,
      'Is it only a test?': choice('$dryRun', 'Report', 'Redeploy services'),
      ...force('Is a deployment left?'),
      ...follow(afterwards),
      ...(options.rollback ? rollback(options, 'Report') : {}),
      ...report(topicName(options)),
    }),
  };
}
