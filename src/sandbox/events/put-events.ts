import { list, operation, optional, structure, text } from '../protocol/input.ts';
import type { Operation } from '../service.ts';
import { deliver, type WriteLog } from './delivery.ts';
import { parsePattern } from './pattern.ts';
import { eventBus } from './rules.ts';
import { busName, invalid, type EventsWorld } from './store.ts';

const entry = structure({
  Source: optional(text()),
  DetailType: optional(text()),
  Detail: optional(text()),
  Resources: optional(list(text(0, 2048))),
  EventBusName: eventBus,
});

/** PutEvents and TestEventPattern. */
export function eventOperations(world: EventsWorld, writeLog: WriteLog): Record<string, Operation> {
  return {
    PutEvents: operation({ Entries: list(entry, 1, 10) }, ({ Entries }, { region }) => {
      const results = Entries.map((one) => {
        const { Source: source = '', DetailType: detailType = '' } = one;
        const bus = busName(one.EventBusName);
        const detail = objectIn(one.Detail ?? '');
        if (source === '' || detailType === '') {
          const missing = source === '' ? 'Source' : 'DetailType';
          return failed(
            'InvalidArgument',
            `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
          );
        }
        if (source.startsWith('aws.')) {
          return failed('NotAuthorizedForSourceException', 'Not authorized for the source.');
        }
        if (!detail) return failed('MalformedDetail', 'Detail is malformed.');
        const at = world.environment.now();
        const event = { source, detailType, at, resources: one.Resources ?? [], detail };
        return { EventId: deliver(world, { region, bus }, event, writeLog) };
      });
      return {
        Entries: results,
        FailedEntryCount: results.filter((one) => 'ErrorCode' in one).length,
      };
    }),

    TestEventPattern: operation(
      { EventPattern: text(0, 4096), Event: text() },
      ({ EventPattern, Event }) => {
        const event = objectIn(Event);
        if (!event) throw invalid('Parameter Event is not valid.');
        return { Result: parsePattern(EventPattern)(event) };
      },
    ),
  };
}

// --- internal ---

function failed(ErrorCode: string, ErrorMessage: string) {
  return { ErrorCode, ErrorMessage };
}

function objectIn(written: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(written);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
