import { describe, expect, test } from 'vitest';
import { isForTuning, kindsOfFile, measure, readPairs } from './labelled-pairs.ts';

const pairs = new Map(kindsOfFile.map((file) => [file, readPairs(file)]));
const all = [...pairs.values()].flat();
const tuning = all.filter(isForTuning);
const heldOut = all.filter((pair) => !isForTuning(pair));

describe('measured on pairs as they stand in public files', () => {
  test('there are enough of them', () => {
    expect(all.length).toBeGreaterThanOrEqual(600);
    expect(Math.min(tuning.length, heldOut.length)).toBeGreaterThanOrEqual(300);
  });

  test.each([
    ['the tuning half', tuning, 0.95, 0.98],
    ['the held-out half', heldOut, 0.95, 0.98],
    ...[...pairs].map(([file, labels]) => [file, labels, 0.95, 0.98] as const),
  ] as const)('%s', (title, labels, precision, recall) => {
    const figures = measure(labels);
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    console.log(
      `${title}: ${labels.length} pairs, precision ${percent(figures.precision)}, recall ${percent(figures.recall)}`,
    );
    expect(figures.precision).toBeGreaterThanOrEqual(precision);
    expect(figures.recall).toBeGreaterThanOrEqual(recall);
  });
});
