import { randomUUID } from 'node:crypto';
import type { Environment, SentEvent } from '../service.ts';
import { parsePattern } from './pattern.ts';
import type { EventsWorld, Target } from './store.ts';

/** Writes a line to a log group; a group that does not exist is ignored. */
export type WriteLog = (place: LogPlace, message: string, at: number) => void;

/** The stream of a log group. */
export interface LogPlace {
  region: string;
  group: string;
  stream: string;
}

/**
 * Delivers an event to the targets of all enabled rules of a bus that match it. Only log groups
 * receive it; returns the ID of the event.
 */
export function deliver(
  world: EventsWorld,
  { region, bus }: { region: string; bus: string },
  event: SentEvent,
  writeLog: WriteLog,
): string {
  const envelope = envelopeOf(world.environment, region, event);
  for (const rule of world.region(region).get(bus)?.values() ?? []) {
    if (rule.state === 'DISABLED' || !rule.eventPattern) continue;
    if (!parsePattern(rule.eventPattern)(envelope)) continue;
    for (const target of rule.targets.values()) {
      const group = logGroupOf(target);
      if (group === undefined) continue;
      writeLog({ region, group, stream: rule.name }, JSON.stringify(envelope), event.at);
    }
  }
  return envelope.id;
}

// --- internal ---

/** An event with the members that EventBridge adds. `time` has whole seconds, as at AWS. */
function envelopeOf(
  { account }: Environment,
  region: string,
  { source, detailType, at, resources, detail }: SentEvent,
): Record<string, unknown> & { id: string } {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account,
    time: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [...resources],
    detail,
  };
}

/** Name of the log group that is a target: with and without the `:*` of some of its ARNs. */
function logGroupOf({ Arn }: Target): string | undefined {
  return /^arn:[^:]+:logs:[^:]+:\d{12}:log-group:([^:]+)(:\*)?$/.exec(Arn)?.[1];
}
