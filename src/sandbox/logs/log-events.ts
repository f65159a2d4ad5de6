import { randomUUID } from 'node:crypto';
import { integer, list, notHere, optional, text } from '../protocol/input.ts';
import { page } from '../protocol/page.ts';
import type { Operation } from '../service.ts';
import { checked, groupName, groupOf, invalid, streamName } from './operations.ts';
import type { LogEvent, LogsWorld } from './store.ts';

const mostEvents = 10_000;

/** Writes a line; a group that does not exist is ignored, a stream is created. */
export function writeLog(
  world: LogsWorld,
  place: { region: string; group: string; stream: string },
  message: string,
  at: number,
): void {
  const group = world.region(place.region).get(place.group);
  if (!group) return;
  group.streams.add(place.stream);
  const event = { stream: place.stream, at, ingested: world.environment.now(), message };
  group.events.push({ ...event, id: randomUUID() });
}

/** FilterLogEvents. */
export function eventOperations(world: LogsWorld): Record<string, Operation> {
  return {
    FilterLogEvents: checked(
      {
        logGroupName: groupName,
        logGroupIdentifier: notHere('logGroupIdentifier'),
        logStreamNames: optional(list(streamName, 1, 100)),
        logStreamNamePrefix: optional(streamName),
        startTime: optional(integer(0)),
        endTime: optional(integer(0)),
        filterPattern: notHere('filterPattern'),
        nextToken: optional(text(1, 4096)),
        limit: optional(integer(1, mostEvents)),
      },
      (input, { region }) => {
        const { logStreamNames: streams, logStreamNamePrefix: prefix = '' } = input;
        const { startTime: from = 0, endTime: to = Infinity } = input;
        const group = groupOf(world, region, input.logGroupName);
        const found = group.events
          .filter(
            ({ stream, at }) =>
              (streams?.includes(stream) ?? true) &&
              stream.startsWith(prefix) &&
              at >= from &&
              at <= to,
          )
          .sort((a, b) => a.at - b.at)
          .map((event, index) => ({ event, key: String(index).padStart(12, '0') }));
        const limit = input.limit ?? mostEvents;
        const part = page(found, ({ key }) => key, input.nextToken, limit);
        if (!part) throw invalid('The specified nextToken is invalid.');
        return {
          events: part.items.map(({ event }) => view(event)),
          searchedLogStreams: [],
          nextToken: part.next,
        };
      },
    ),
  };
}

// --- internal ---

function view({ id, stream, at, ingested, message }: LogEvent): object {
  return {
    eventId: id,
    logStreamName: stream,
    timestamp: at,
    ingestionTime: ingested,
    message,
  };
}
