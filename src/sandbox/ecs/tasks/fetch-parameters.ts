import { Unreachable } from './network.ts';
import type { Reference } from './secret-references.ts';
import { callError, parameterFailure, parametersUnreachable } from './start-failures.ts';
import type { Invoke } from './invoke.ts';

const batchSize = 10;

interface Answer {
  Parameters?: { Name?: string; ARN?: string; Value?: string }[];
  InvalidParameters?: string[];
}

/** Reads the parameters among the references: grouped by region, ten a call. */
export async function fetchParameters(
  invoke: Invoke,
  references: Reference[],
  values: Map<string, string>,
  ec2: boolean,
): Promise<void> {
  const byRegion = new Map<string, string[]>();
  for (const { store, region, valueFrom } of references) {
    if (store === 'ssm') byRegion.set(region, [...(byRegion.get(region) ?? []), valueFrom]);
  }
  for (const [region, names] of byRegion) {
    for (let start = 0; start < names.length; start += batchSize) {
      await fetchBatch(invoke, region, names.slice(start, start + batchSize), values, ec2);
    }
  }
}

async function fetchBatch(
  invoke: Invoke,
  region: string,
  names: string[],
  values: Map<string, string>,
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
  for (const name of names) {
    const found = answer.Parameters?.find(
      // `/foo` is stored as `foo`: a single level has no leading slash.
      ({ Name, ARN }) => Name === name || ARN === name || `/${Name ?? ''}` === name,
    );
    values.set(name, found?.Value ?? '');
  }
}
