import { InvalidInput } from '../../src/model/problems.ts';

/** The problems with which a check refuses its input; none when it takes it. */
export function problemsOf(check: () => unknown): readonly string[] {
  try {
    check();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return [];
}
