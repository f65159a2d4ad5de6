import type { Aws } from '../../aws/index.ts';

/**
 * The same service module, of which every question is asked once: the same call with the same
 * members gets the answer (or the error) of the first one. For looking only, as writes would be
 * swallowed.
 */
export function askingOnce(aws: Aws): Aws {
  return remembering(aws, (gateway) => remembering(gateway as object, (answer) => answer));
}

// --- internal ---

/** Remembers what each method answered, by its arguments; `wrap` is done to each answer once. */
function remembering<T extends object>(target: T, wrap: (answer: unknown) => unknown): T {
  const answers = new Map<string, unknown>();
  return new Proxy(target, {
    get: (_, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown => {
        const question = `${String(name)} ${JSON.stringify(args)}`;
        if (!answers.has(question)) {
          const answer: unknown = Reflect.apply(method, target, args);
          answers.set(question, answer instanceof Promise ? answer.then(wrap) : answer);
        }
        return answers.get(question);
      };
    },
  });
}
