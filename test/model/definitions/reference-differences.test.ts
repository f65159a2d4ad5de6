import { expect, test } from 'vitest';
import { referenceDifferences } from '../../../src/model/definitions/reference-differences.ts';
import type { TaskDefinition } from '../../../src/model/definitions/task-definition.ts';

const definition = (container: object, more: object[] = []): TaskDefinition =>
  ({
    containerDefinitions: [{ name: 'web', image: 'a:1', ...container }, ...more],
  }) as unknown as TaskDefinition;
const use = (name: string, valueFrom: string) => ({ name, valueFrom });

test('equal definitions differ in nothing, whatever their order', () => {
  const [a, b] = [use('A', '/a'), use('B', '/b')];
  expect(
    referenceDifferences(definition({ secrets: [a, b] }), definition({ secrets: [b, a] })),
  ).toEqual({ added: [], removed: [], changed: [], images: [] });
});

test('references are added, removed and changed, and images change', () => {
  const before = definition({ secrets: [use('A', '/a'), use('B', '/b')] });
  const after = definition({ secrets: [use('B', '/c'), use('C', '/d')], image: 'a:2' }, [
    { name: 'new', image: 'x', secrets: [] },
  ]);
  const place = { container: 'web', kind: 'secrets' };
  expect(referenceDifferences(before, after)).toEqual({
    added: [{ ...place, name: 'C', valueFrom: '/d' }],
    removed: [{ ...place, name: 'A', valueFrom: '/a' }],
    changed: [{ ...place, name: 'B', valueFrom: '/c', before: '/b' }],
    images: [{ container: 'web', before: 'a:1', image: 'a:2' }],
  });
});

test('places without a name of their own are told apart by what they refer to', () => {
  const spec = (name: string) =>
    `credentialspec:arn:aws:ssm:us-east-1:123456789012:parameter/${name}`;
  const before = definition({ credentialSpecs: [spec('a'), spec('b')] });
  const after = definition({ credentialSpecs: [spec('b'), spec('c'), spec('d')] });
  const { added, removed, changed } = referenceDifferences(before, after);
  expect(removed).toEqual([]);
  expect(changed).toMatchObject([{ before: expect.stringMatching(/a$/) as string }]);
  expect([...changed, ...added].map(({ valueFrom }) => valueFrom.slice(-1))).toEqual(['c', 'd']);
});
