import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forward, read } from './go-between.ts';

/** A server between our commands and the sandbox that changes some of the answers by chance. */
export interface MutatingProxy extends AsyncDisposable {
  /** For `ECS_SECRETS_ENDPOINT_URL`. */
  url: string;
  /** What was done to answers so far, in order: `ListSecrets: null`. */
  mutated: string[];
}

/** Opens one in which each answer is changed with a chance of `share`, from 0 to 1. */
export async function mutatingProxy(
  sandboxUrl: string,
  { random, share }: { random: () => number; share: number },
): Promise<MutatingProxy> {
  const mutated: string[] = [];
  const server = createServer((asked, answer) => {
    void (async () => {
      const body = await read(asked);
      const got = await forward(sandboxUrl, asked, body);
      const target = String(
        asked.headers['x-amz-target'] ?? /Action=(\w+)/.exec(body.toString())?.[1],
      );
      const name = random() < share ? pick(Object.keys(mutations), random) : undefined;
      const { status, text, headers } =
        name === undefined ? got : { ...got, ...mutations[name]?.(got.text, random) };
      if (name !== undefined) mutated.push(`${target.replace(/^.*\./, '')}: ${name}`);
      if (name === 'reset') throw new Error('reset');
      if (name === 'delay') await new Promise((resolve) => setTimeout(resolve, 100));
      answer.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
      answer.end(text);
    })().catch(() => {
      asked.socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mutated,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Numbers from 0 to below 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// --- internal ---

type Json = Record<string, unknown>;
interface Change {
  status?: number;
  headers?: object;
  text: string;
}

const html = '<!DOCTYPE html><html><body><p>Sign in to the network<br></body></html>';

const mutations: Record<string, (text: string, random: () => number) => Change> = {
  'drop a member': changed(
    (holder, key) => {
      Reflect.deleteProperty(holder, key);
    },
    () => '',
  ),
  'null a member': changed(
    (holder, key) => {
      holder[key] = null;
    },
    (element) => element.replace(/>.*</s, '><'),
  ),
  'a null in a list': changed(
    (holder, key) => {
      const member = holder[key];
      if (Array.isArray(member)) member.unshift(null);
      else holder[key] = [null];
    },
    (element) => `${element}<null/>`,
  ),
  'another type': changed(
    (holder, key, random) => {
      const others = ['text', '', 7, true, [], {}, ['x'], [[]], { a: 1 }, -1e99];
      holder[key] = pick(others, random);
    },
    (element) => element.replace(/>.*</s, '><x>1</x><'),
  ),
  'add a member': changed(
    (holder) => {
      holder.surprise = { a: [null, 1] };
    },
    (element) => `${element}<surprise>1</surprise>`,
  ),
  truncate: (text, random) => ({ text: text.slice(0, Math.floor(random() * text.length)) }),
  delay: (text) => ({ text }),
  reset: (text) => ({ text }),
  HTML: (_, random) => ({
    status: pick([200, 403, 404, 502], random),
    headers: { 'content-type': 'text/html' },
    text: html,
  }),
  '3xx': (_, random) => ({
    status: pick([301, 302, 304, 307], random),
    headers: { location: 'http://127.0.0.1:1/sign-in' },
    text: '',
  }),
};

/** Changes a member of some object in an answer, in JSON or in XML; nothing where there is none. */
function changed(
  inJson: (holder: Json, key: string, random: () => number) => void,
  inXml: (element: string) => string,
): (text: string, random: () => number) => Change {
  return (text, random) => {
    if (text.startsWith('<')) {
      const elements = [...text.matchAll(/<(\w+)>[^<]*<\/\1>|<(\w+)>.*?<\/\2>/gs)];
      if (elements.length === 0) return { text };
      const [element] = pick(elements, random);
      return { text: text.replace(element, inXml(element)) };
    }
    if (!text.startsWith('{')) return { text };
    const answer = JSON.parse(text) as Json;
    const places = membersOf(answer);
    const [holder, key] = places.length > 0 ? pick(places, random) : [answer, 'surprise'];
    inJson(holder, key, random);
    return { text: JSON.stringify(answer) };
  };
}

/** All members of all objects; those near the top stand for as many as they hold. */
function membersOf(value: unknown): [Json, string][] {
  if (Array.isArray(value)) return value.flatMap(membersOf);
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Json;
  return Object.keys(holder).flatMap((key) => {
    const below = membersOf(holder[key]);
    const own = Array.from({ length: 1 + Math.floor(below.length / 4) }, (): [Json, string] => [
      holder,
      key,
    ]);
    return [...own, ...below];
  });
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}
