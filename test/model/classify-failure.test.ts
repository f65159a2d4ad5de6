import { describe, expect, it } from 'vitest';
import { classifyFailure } from '../../src/model/classify-failure.ts';
import { labelledReasons } from './stop-reasons.labels.ts';

describe('a real reason of ECS', () => {
  it.each(labelledReasons.map((one) => [one.text.slice(0, 90), one] as const))(
    '%s … tells what its label says',
    (_, { text, failures }) => {
      const found = classifyFailure(text).map(({ id }) => id);
      expect(found.length === 0 ? ['unknown'] : found).toEqual([...failures]);
    },
  );
});
