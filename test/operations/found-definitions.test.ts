import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foundDefinitions } from '../../src/operations/definitions/found-definitions.ts';

// What means nothing changes nothing: null at any place, comments, and a comma behind the last entry.

const definition = {
  family: 'web',
  cpu: '256',
  containerDefinitions: [
    {
      name: 'web',
      image: 'shop/web:1',
      command: ['run', '--port', '80'],
      environment: [
        { name: 'A', value: '' },
        { name: 'B', value: '// no comment, ] }' },
      ],
      secrets: [{ name: 'C', valueFrom: '/shop/c' }],
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/* no comment */' } },
      portMappings: [],
      future: { deep: [[1], { x: {} }] },
    },
  ],
  volumes: [{ name: 'v', host: {} }],
};

/** Adds members and entries that are null, and what JSON with comments allows, where the list says so. */
function written(value: unknown, next: () => number): string {
  const gap = (): string => ['', ' ', '/* "x": [ */', '// } \n', '\n'][next() % 5] ?? '';
  if (typeof value !== 'object' || value === null)
    return `${gap()}${JSON.stringify(value)}${gap()}`;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((one) => written(one, next))
    : Object.entries(value).map(
        ([key, one]) => `${gap()}${JSON.stringify(key)}:${written(one, next)}`,
      );
  if (next() % 3 === 0) {
    parts.splice(next() % (parts.length + 1), 0, isList ? 'null' : `"null${next()}": null`);
  }
  const comma = parts.length > 0 && next() % 2 === 0 ? ',' : '';
  const text = `${parts.join(',')}${comma}${gap()}`;
  return isList ? `[${text}]` : `{${text}}`;
}

async function read(text: string): Promise<unknown> {
  const [found] = await foundDefinitions(text, 'web.json', { one: true });
  return found?.definition;
}

test('null, comments and trailing commas change no task definition', async () => {
  const plain = JSON.stringify(await read(JSON.stringify(definition)));
  expect(plain).toBe(JSON.stringify(definition));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 }), async (numbers) => {
      let at = 0;
      const text = written(definition, () => numbers[at++ % numbers.length] ?? 0);
      expect(JSON.stringify(await read(text))).toBe(plain);
    }),
    { numRuns: 300 },
  );
});
