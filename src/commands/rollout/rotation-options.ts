import type { Command, OptionValues } from '@commander-js/extra-typings';
import { repeatable, type Context } from '../../cli.ts';
import type { Problems } from '../../model/problems.ts';
import type { Holders } from '../../operations/rollout/find-holders.ts';
import type { RotateRequest } from '../../operations/rollout/rotate-secret.ts';
import { serviceName } from '../../operations/usage/service-name.ts';
import { narrowingOf, otherRegionsNote, type Narrowing } from '../usage/narrowing.ts';
import { rolloutView } from './rollout-view.ts';
import {
  rolloutLimits,
  serviceFilter,
  serviceNames,
  wholeNumber,
  withRolloutOptions,
  withServiceOptions,
} from '../usage/service-options.ts';

/**
 * Adds the options of commands that change a value and redeploy its consumers as one transaction.
 */
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
      'redeploy this one first, the others after it completes (repeatable)',
      repeatable,
    )
    .option('--max-failures <n>', 'services that may fail before the old value is put back', '0')
    .option('--rollback', 'put the old value back on failure (default, except with --invoke)')
    .option('--no-rollback', 'on failure leave the new value and the services as they are')
    .option('--force', 'proceed even if a service is not ready to be redeployed');
}

/** The options of `withRotationOptions` as parsed by commander. */
interface RotationOptions {
  redeploy?: true | undefined;
  cluster?: string[] | undefined;
  service?: string[] | undefined;
  first?: string[] | undefined;
  maxFailures: string;
  rollback?: boolean | undefined;
  invoke?: true | undefined;
  force?: true | undefined;
  wait: boolean;
  codedeploy?: true | undefined;
  timeout: string;
  maxParallel: string;
}

/** Converts these options into the request for a rotation. */
export function rotationPlan(
  context: Context,
  options: RotationOptions,
  problems: Problems,
): Omit<RotateRequest, 'reference' | 'value' | 'replaceJson' | 'dryRun'> & { timeout: number } {
  const { world, report } = context;
  const filter = serviceFilter(options, problems);
  const first = serviceNames('--first', options.first, problems);
  const limits = rolloutLimits(options, problems);
  const maxFailures = wholeNumber('--max-failures', options.maxFailures, 0, problems);
  const view = rolloutView(report, world);
  return {
    timeout: limits.timeout,
    filter,
    interrupted: world.interrupted,
    redeploy: options.redeploy && {
      ...limits,
      first,
      maxFailures,
      rollback: options.rollback ?? !options.invoke,
      force: options.force ?? false,
      wait: options.wait,
      codeDeploy: options.codedeploy ?? false,
      gate: undefined,
      clock: world.clock,
      interrupted: world.interrupted,
      onEvent: view.onEvent,
    },
    onProgress: view.onProgress,
    onReady: (holders, { images, warnings }) => {
      report.clearLive();
      for (const line of tellUse(holders, narrowingOf(filter, context))) report.event(line);
      for (const warning of warnings) report.warn(warning);
      if (images.length > 0) {
        report.note(`a forced deployment will pull these mutable tags again: ${images.join(', ')}`);
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
      report.clearLive();
      report.event('putting the old value back');
    },
  };
}

// --- internal ---

/** How many services use the secret, and which of them a filter excludes. */
function tellUse(holders: Holders, narrowing: Narrowing | undefined): string[] {
  const { secret, consumers, unselected, unknown, searchedEverywhere, otherRegions } = holders;
  const all = consumers.length + unselected.length;
  const lines = [];
  if (all > 0) lines.push(`${secret.name} is used by ${all} ${all === 1 ? 'service' : 'services'}`);
  if (unselected.length > 0) {
    const names = unselected.map(({ service }) => serviceName(service));
    const by = narrowing ? ` (${narrowing.by.join(', ')})` : '';
    lines.push(
      `${consumers.length} of ${all} selected${by}; ${unselected.length} ${unselected.length === 1 ? 'keeps' : 'keep'} the old value: ${names.join(', ')}`,
    );
  }
  lines.push(...unknown.map((what) => `not checked: ${what}`));
  if (!searchedEverywhere) {
    lines.push('other services were not searched: not allowed to list them');
  }
  const note = otherRegionsNote(otherRegions, 'run redeploy --stale there with --region');
  if (note !== undefined) lines.push(note);
  return lines;
}
