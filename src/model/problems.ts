/** Input that breaks a rule. Carries every problem found in it, not only the first. */
export class InvalidInput extends Error {
  readonly problems: readonly string[];
  readonly hint: string | undefined;

  constructor(problems: string | readonly string[], hint?: string) {
    const list = typeof problems === 'string' ? [problems] : problems;
    super(list.join('\n'));
    this.name = 'InvalidInput';
    this.problems = list;
    this.hint = hint;
  }
}

/**
 * Collects problems over several checks, to report them together.
 * `attempt` runs a check that throws InvalidInput and answers undefined when it did; `place` says
 * where in the input its problems stand.
 */
export class Problems {
  readonly #list: string[] = [];
  #hint: string | undefined;

  add(problem: string): void {
    this.#list.push(problem);
  }

  attempt<T>(check: () => T, place?: string): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      const prefix = place === undefined ? '' : `${place}: `;
      this.#list.push(...error.problems.map((problem) => prefix + problem));
      this.#hint ??= error.hint;
      return undefined;
    }
  }

  /** Throws InvalidInput with all that was collected; returns if that is nothing. */
  throwIfAny(hint?: string): void {
    if (this.#list.length > 0) throw new InvalidInput(this.#list, hint ?? this.#hint);
  }
}
