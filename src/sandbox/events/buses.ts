import { operation, optional, text } from '../protocol/input.ts';
import { sortBy } from '../protocol/page.ts';
import { ServiceError, type Operation } from '../service.ts';
import { paging } from './rules.ts';
import { cut, type EventsWorld } from './store.ts';

const busName = text(1, 256, /^[/.\-_A-Za-z0-9]+$/);

/** The operations on event buses. */
export function busOperations(world: EventsWorld): Record<string, Operation> {
  const { account, partition } = world.environment;
  const arnOf = (region: string, name: string): string =>
    `arn:${partition}:events:${region}:${account}:event-bus/${name}`;
  return {
    CreateEventBus: operation({ Name: busName }, ({ Name }, { region }) => {
      const buses = world.region(region);
      if (buses.has(Name)) {
        throw new ServiceError(
          'ResourceAlreadyExistsException',
          `Event bus ${Name} already exists.`,
        );
      }
      buses.set(Name, new Map());
      return { EventBusArn: arnOf(region, Name) };
    }),

    ListEventBuses: operation({ NamePrefix: optional(busName), ...paging }, (input, { region }) => {
      const names = [...world.region(region).keys()].filter((name) =>
        name.startsWith(input.NamePrefix ?? ''),
      );
      const keyOf = (name: string): string => name;
      const { items, next } = cut(sortBy(names, keyOf), keyOf, input);
      return {
        EventBuses: items.map((Name) => ({ Name, Arn: arnOf(region, Name) })),
        NextToken: next,
      };
    }),
  };
}
