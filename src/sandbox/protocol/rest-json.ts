import { parseJsonBody } from './json.ts';
import type { ServiceError } from '../service.ts';

/** Content type of requests and responses in REST-JSON. */
export const restType = 'application/json';

/** A request as an operation and its members; members are undefined if they cannot be parsed. */
export interface RestCall {
  operation: string;
  input: Record<string, unknown> | undefined;
}

interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `{Name}` matches one segment, which becomes that member. */
  path: string;
  operation: string;
  /** Members by their names in the query string. */
  query?: Readonly<Record<string, string>>;
}

const routes: Readonly<Record<string, readonly Route[]>> = {
  scheduler: [
    {
      method: 'GET',
      path: '/schedules',
      operation: 'ListSchedules',
      query: {
        ScheduleGroup: 'GroupName',
        MaxResults: 'MaxResults',
        NamePrefix: 'NamePrefix',
        NextToken: 'NextToken',
        State: 'State',
      },
    },
    {
      method: 'GET',
      path: '/schedules/{Name}',
      operation: 'GetSchedule',
      query: { groupName: 'GroupName' },
    },
    { method: 'POST', path: '/schedules/{Name}', operation: 'CreateSchedule' },
    { method: 'PUT', path: '/schedules/{Name}', operation: 'UpdateSchedule' },
    {
      method: 'DELETE',
      path: '/schedules/{Name}',
      operation: 'DeleteSchedule',
      query: { groupName: 'GroupName', clientToken: 'ClientToken' },
    },
    {
      method: 'GET',
      path: '/schedule-groups',
      operation: 'ListScheduleGroups',
      query: { MaxResults: 'MaxResults', NamePrefix: 'NamePrefix', NextToken: 'NextToken' },
    },
    { method: 'POST', path: '/schedule-groups/{Name}', operation: 'CreateScheduleGroup' },
  ],
};

/** The services with the REST-JSON protocol, by their signing names. */
export const restServices: ReadonlySet<string> = new Set(Object.keys(routes));

/** Parses method, path, query string and body; an unknown operation is `Unknown`. */
export function parseRest(service: string, method: string, url: string, body: string): RestCall {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const query = new URLSearchParams(question < 0 ? '' : url.slice(question));
  for (const route of routes[service] ?? []) {
    const found = route.method === method ? membersOfPath(route.path, path) : undefined;
    if (found) {
      return { operation: route.operation, input: membersOf(route, found, query, body) };
    }
  }
  return { operation: 'Unknown', input: {} };
}

/** Formats an error; its code is also sent in a header. */
export function restError(error: ServiceError): string {
  return JSON.stringify({ __type: error.code, Message: error.message });
}

// --- internal ---

function membersOfPath(template: string, path: string): Map<string, string> | undefined {
  const wanted = template.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const members = new Map<string, string>();
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    if (!segment.startsWith('{')) {
      if (segment !== value) return undefined;
    } else {
      if (value === '') return undefined;
      members.set(segment.slice(1, -1), value);
    }
  }
  return members;
}

function membersOf(
  route: Route,
  path: ReadonlyMap<string, string>,
  query: URLSearchParams,
  body: string,
): Record<string, unknown> | undefined {
  const members = parseJsonBody(body);
  if (!members) return undefined;
  try {
    for (const [name, value] of path) members[name] = decodeURIComponent(value);
  } catch {
    return undefined;
  }
  for (const [name, member] of Object.entries(route.query ?? {})) {
    const value = query.get(name);
    if (value !== null) members[member] = value;
  }
  return members;
}
