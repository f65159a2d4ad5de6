import { wellFormed } from './go/reader.ts';
import { Unreachable } from './network.ts';
import type { Reference } from './secret-references.ts';
import { callError, parameterFailure, parametersUnreachable } from './start-failures.ts';
import type { Invoke } from './invoke.ts';

const batchSize = 10;

interface Answer {
  Parameters?: { Name?: string; Value?: string }[];
  InvalidParameters?: string[];
}

/** Reads the parameters among the references: grouped by region, ten a call. */
export async function fetchParameters(
  invoke: Invoke,
  references: Reference[],
  values: Map<string, string>,
  ec2: boolean,
): Promise<void> {
  const wanted = references.filter((reference) => reference.store === 'ssm');
  for (const region of new Set(wanted.map((reference) => reference.region))) {
    const here = wanted.filter((reference) => reference.region === region);
    const names = [...new Set(here.map(({ name }) => name))];
    const found = new Map<string, string>();
    for (let start = 0; start < names.length; start += batchSize) {
      await fetchBatch(invoke, region, names.slice(start, start + batchSize), found, ec2);
    }
    // The agent finds a value under the name that SSM answers; without one it injects an empty text.
    for (const { valueFrom, name } of here) values.set(valueFrom, found.get(name) ?? '');
  }
}

async function fetchBatch(
  invoke: Invoke,
  region: string,
  names: string[],
  found: Map<string, string>,
  ec2: boolean,
): Promise<void> {
  let answer: Answer;
  try {
    const input = { Names: names, WithDecryption: true };
    answer = (await invoke('ssm', 'GetParameters', input, region)) as Answer;
  } catch (error) {
    if (error instanceof Unreachable) throw parametersUnreachable();
    const call = { service: 'SSM', operation: 'GetParameters', region } as const;
    throw parameterFailure(region, callError(call, error), ec2);
  }
  const invalid = answer.InvalidParameters ?? [];
  if (invalid.length > 0) {
    const what = ec2 ? 'invalid parameters' : 'invalid ssm parameters';
    throw parameterFailure(region, `${what}: ${invalid.join(',')}`, ec2);
  }
  for (const { Name = '', Value = '' } of answer.Parameters ?? []) {
    found.set(Name, wellFormed(Value));
  }
}
