import type { AutoRedeployOptions } from './options.ts';
import { watchedIn, type Watched } from './watched.ts';

/** A pattern of EventBridge. */
export type EventPattern = Record<string, unknown>;

/**
 * The events that start the machine. Secrets Manager sends `Secret Label Updated` for each label but
 * AWSPENDING and AWSPREVIOUS: AWSCURRENT covers a new value, a rotation and a rollback.
 */
export function eventPatterns(options: AutoRedeployOptions): {
  secrets?: EventPattern;
  parameters?: EventPattern;
} {
  const secrets = watchedIn(options, 'secrets-manager');
  const parameters = watchedIn(options, 'parameter-store');
  return {
    ...(secrets && {
      secrets: {
        source: ['aws.secretsmanager'],
        'detail-type': ['Secret Label Updated'],
        detail: { labelUpdated: ['AWSCURRENT'], ...named(secrets) },
      },
    }),
    ...(parameters && {
      parameters: {
        source: ['aws.ssm'],
        'detail-type': ['Parameter Store Change'],
        detail: { operation: ['Create', 'Update'], ...named(parameters) },
      },
    }),
  };
}

// --- internal ---

function named({ names, prefixes }: Watched): { name?: unknown[] } {
  const tests = [...names, ...prefixes.map((prefix) => ({ prefix }))];
  return tests.length === 0 ? {} : { name: tests };
}
