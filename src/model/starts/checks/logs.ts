import { commandLine } from '../../shell.ts';
import type { Draft, LogGroupFact, StartFacts } from './facts.ts';

/** Whether the log groups of the containers exist, or ECS is to create them. */
export function checkLogGroups({ logGroups }: StartFacts): Draft[] {
  return logGroups.map(({ container, group, region, create, state, why = '' }): Draft => {
    const about = { check: 'logs' as const, subject: container, fix: [] };
    if (state === 'unseen') {
      return { ...about, status: 'not-checked', message: `the log group ${group}: ${why}` };
    }
    if (state === 'found') {
      return { ...about, status: 'ok', message: `the log group ${group} exists in ${region}` };
    }
    if (create) {
      return { ...about, status: 'ok', message: `ECS makes the log group ${group} at the start` };
    }
    return {
      ...about,
      status: 'problem',
      message: `there is no log group ${group} in ${region}`,
      fix: [makeLogGroup({ group, region })],
      failure: 'log-group-missing',
    };
  });
}

/** The command that creates a log group. */
export function makeLogGroup({ group, region }: Pick<LogGroupFact, 'group' | 'region'>): string {
  const words = ['aws', 'logs', 'create-log-group', '--log-group-name', group];
  return commandLine([...words, '--region', region]);
}
