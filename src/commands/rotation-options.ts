import type { Command, OptionValues } from '@commander-js/extra-typings';
import { repeatable, type Context } from '../cli.ts';
import type { Problems } from '../model/problems.ts';
import type { RotateRequest } from '../operations/rotate-secret.ts';
import { rolloutView } from './rollout-view.ts';
import {
  rolloutLimits,
  serviceFilter,
  serviceNames,
  wholeNumber,
  withRolloutOptions,
  withServiceOptions,
} from './service-options.ts';

/** Adds the options of whatever changes a value and redeploys its consumers as one transaction. */
export function withRotationOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return withRolloutOptions(
    withServiceOptions(
      command.option(
        '--redeploy',
        'force a new deployment of every service that refers to it, and follow',
      ),
    ),
  )
    .option(
      '--first <cluster/service>',
      'redeploy this one first, the others when it is completed (repeatable)',
      repeatable,
    )
    .option('--max-failures <n>', 'services that may fail before the old value is put back', '0')
    .option('--no-rollback', 'on failure leave the new value and the services as they are');
}

/** The options of `withRotationOptions` as commander gives them. */
interface RotationOptions {
  redeploy?: true | undefined;
  cluster?: string[] | undefined;
  service?: string[] | undefined;
  first?: string[] | undefined;
  maxFailures: string;
  rollback: boolean;
  force?: true | undefined;
  wait: boolean;
  codedeploy?: true | undefined;
  timeout: string;
  maxParallel: string;
}

/** What a rotation takes from its options. */
export function rotationPlan(
  { world, report }: Context,
  options: RotationOptions,
  problems: Problems,
): Omit<RotateRequest, 'reference' | 'value' | 'replaceJson' | 'dryRun'> & { timeout: number } {
  const filter = serviceFilter(options, problems);
  const first = serviceNames('--first', options.first, problems);
  const limits = rolloutLimits(options, problems);
  const maxFailures = wholeNumber('--max-failures', options.maxFailures, 0, problems);
  const view = rolloutView(report, world.stderr.style);
  return {
    timeout: limits.timeout,
    filter,
    interrupted: world.interrupted,
    redeploy: options.redeploy && {
      ...limits,
      first,
      maxFailures,
      rollback: options.rollback,
      force: options.force ?? false,
      wait: options.wait,
      codeDeploy: options.codedeploy ?? false,
      clock: world.clock,
      interrupted: world.interrupted,
      onStarted: view.onStarted,
      onEvent: view.onEvent,
    },
    onProgress: view.onProgress,
    onConsumers: (consumers, images) => {
      report.clearLive();
      if (consumers.length > 0) {
        report.event(
          consumers.length === 1 ? '1 service uses it' : `${consumers.length} services use it`,
        );
      }
      if (images.length > 0) {
        report.note(
          `a forced deployment fetches these anew, should their tag have moved: ${images.join(', ')}`,
        );
      }
    },
    onStored: (stored) => {
      report.event(
        stored.action === 'unchanged'
          ? 'the value is current already'
          : `stored version ${stored.version ?? ''}`,
      );
    },
    onRollback: () => {
      report.endLive();
      report.event('putting the old value back');
    },
  };
}
