import type { ScheduledConsumer } from '../../operations/usage/where-used.ts';
import type { ScheduledUsesDocument } from './documents.ts';

/** A rule or schedule that refers to a secret, for `--json`. */
export function scheduledData({ scheduled, uses }: ScheduledConsumer): ScheduledUsesDocument {
  const { kind, name, cluster, taskDefinition } = scheduled;
  return { kind, name, cluster, taskDefinition, uses };
}
