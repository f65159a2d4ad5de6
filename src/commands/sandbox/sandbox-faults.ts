import { InvalidInput, type Problems } from '../../model/problems.ts';

/** A rate of the sandbox: calls per second of one operation. */
export interface SandboxRate {
  service: string;
  operations: readonly [string];
  perSecond: number;
}

/**
 * The effect on a share (0 to 1) of the calls of an operation; `*` is any service or operation. A
 * `lost` call is performed and not answered, a `late` one is answered after `delayMs`, and a read
 * with `lagMs` returns the state of that many milliseconds ago.
 */
export type SandboxFault = { service: string; operation: string; share: number } & (
  | { code: string; status?: number }
  | { lost: true }
  | { late: true; delayMs: number }
  | { lagMs: number }
);

/** Parses `--rate ssm:PutParameter=40`; adds malformed ones to the problems. */
export function parseRates(written: readonly string[], problems: Problems): SandboxRate[] {
  return written.flatMap(
    (text) =>
      problems.attempt(() => {
        const [service, operation, number] = parts(text, '40');
        const perSecond = Number(number);
        if (!(perSecond > 0)) throw new InvalidInput(`"${text}" has no rate above 0`);
        return { service, operations: [operation] as const, perSecond };
      }, '--rate') ?? [],
  );
}

/**
 * Parses `--fault ssm:PutParameter=ThrottlingException@10%`; adds malformed ones to the problems.
 */
export function parseFaults(written: readonly string[], problems: Problems): SandboxFault[] {
  return written.flatMap(
    (text) =>
      problems.attempt(() => {
        const [service, operation, fault] = parts(text, 'ThrottlingException@10%');
        const [, kind = '', percent = '100'] = /^(\w+)(?:@(\d+(?:\.\d+)?)%)?$/.exec(fault) ?? [];
        const target = { service, operation, share: Number(percent) / 100 };
        if (kind === '' || target.share > 1) {
          throw new InvalidInput(
            `"${fault}" is not CODE, lost, late500ms or lag500ms, with or without @10%`,
          );
        }
        const lagMs = milliseconds('lag', kind);
        if (lagMs === undefined) return { ...target, ...kindOf(kind) };
        if (!lagging.has(service) || !/^(\*|Describe|Get|List)/.test(operation)) {
          throw new InvalidInput(
            `"${text}": only reads (Describe…, Get…, List…) of ${[...lagging].join(', ')} can lag`,
          );
        }
        return { ...target, lagMs };
      }, '--fault') ?? [],
  );
}

// --- internal ---

/** The services whose reads can lag in the sandbox. */
const lagging: ReadonlySet<string> = new Set(['ecs', 'iam', 'secretsmanager', 'ssm']);

/** The number in `late500ms` or `lag500ms`. */
function milliseconds(word: 'late' | 'lag', text: string): number | undefined {
  const match = /^([a-z]+)(\d+)ms$/.exec(text);
  return match?.[1] === word ? Number(match[2]) : undefined;
}

function kindOf(text: string) {
  if (text === 'lost') return { lost: true as const };
  const delayMs = milliseconds('late', text);
  if (delayMs !== undefined) return { late: true as const, delayMs };
  return { code: text, status: /^(Internal|ServiceUnavailable)/.test(text) ? 500 : 400 };
}

function parts(text: string, example: string): [string, string, string] {
  const match = /^([a-z]+|\*):([A-Za-z]+|\*)=(.+)$/.exec(text);
  const [, service, operation, rest] = match ?? [];
  if (service === undefined || operation === undefined || rest === undefined) {
    throw new InvalidInput(`"${text}" is not written like ssm:PutParameter=${example}`);
  }
  return [service, operation, rest];
}
