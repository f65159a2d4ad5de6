import type { Aws } from '../aws/index.ts';

/**
 * The same service module, but repeated calls with the same arguments return the first result (or
 * error). For reads only, because repeated writes would be skipped.
 */
export function askingOnce(aws: Aws): Aws {
  return remembering(aws, (gateway) => remembering(gateway as object, (answer) => answer));
}

/**
 * A service module that asks once, except for parameters: descriptions of these lag behind a write,
 * so that what is missing is looked for again with the same call.
 */
export function exceptParameters(askingOnce: Aws, aws: Aws): Aws {
  return { ...askingOnce, parameterStore: (region) => aws.parameterStore(region) };
}

// --- internal ---

/** Remembers the result of each method by its arguments; applies `wrap` to each result once. */
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
