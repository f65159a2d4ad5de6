import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Evaluates JSONata expressions, each with its input, by PyPI's jsonata-python in one process. */
export async function evaluated(asked: readonly [expression: string, input: unknown][]) {
  const python = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  python.stdin.end(JSON.stringify(asked));
  const [output] = await Promise.all([text(python.stdout), once(python, 'close')]);
  if (python.exitCode !== 0) throw new Error(`python3 ended with ${String(python.exitCode)}`);
  return JSON.parse(output) as unknown[];
}

// --- internal ---

const script = `
import json, sys, jsonata
results = [jsonata.Jsonata(text).evaluate(given) for text, given in json.load(sys.stdin)]
json.dump(results, sys.stdout, default=lambda _: None)
`;
