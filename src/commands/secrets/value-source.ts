import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { canAsk, type Context } from '../../cli.ts';
import { CliError, Interrupted, UsageError } from '../../errors.ts';
import { untilInterrupted } from '../../operations/until-interrupted.ts';
import {
  alphabets,
  defaultLength,
  generateValue,
  parseAlphabet,
} from '../../model/secrets/generate.ts';
import { InvalidInput } from '../../model/problems.ts';
import { SecretValue } from '../../model/secrets/secret-value.ts';
import { readStdin, stdinNotReadable } from '../sources.ts';
import { mask } from './mask.ts';

/** The options for the source of a value; without any, it is piped or prompted for. */
export interface ValueOptions {
  valueFile?: string | undefined;
  fromEnv?: string | undefined;
  generate?: string | true | undefined;
  alphabet?: string | undefined;
  raw?: true | undefined;
}

/** Adds the options of `ValueOptions` to a command. */
export function withValueOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return command
    .optionsGroup('Value (default: standard input, or a hidden prompt on a terminal):')
    .addOption(new Option('--value-file <file>', 'read it from a file'))
    .addOption(new Option('--from-env <variable>', 'read it from an environment variable'))
    .addOption(
      new Option(
        '--generate [length]',
        `generate a random value (default: ${defaultLength} characters)`,
      ).preset(String(defaultLength)),
    )
    .addOption(
      new Option(
        '--alphabet <set>',
        `character set for --generate: ${Object.keys(alphabets).join(', ')}, or chars:CHARACTERS`,
      ),
    )
    .addOption(new Option('--raw', 'keep a trailing newline and a byte order mark'));
}

/**
 * Reads the value of `target` from the given source; call `checkSources` first. `hint` says what to do
 * if there is none.
 */
export async function readValue(
  { world, report, globals }: Context,
  options: ValueOptions,
  target: string,
  hint = 'pipe the value in, or give --value-file, --from-env or --generate',
): Promise<SecretValue> {
  // Reading may wait for the user, who may interrupt.
  return untilInterrupted(
    readFrom(options, { target, hint }, { world, report, globals }),
    world.interrupted,
  );
}

/** Checks that at most one source is given, without reading it. Throws UsageError. */
export function checkSources({ valueFile, fromEnv, generate, alphabet }: ValueOptions): void {
  const given = [
    valueFile !== undefined && '--value-file',
    fromEnv !== undefined && '--from-env',
    generate !== undefined && '--generate',
  ].filter((option) => option !== false);
  if (given.length > 1) {
    throw new UsageError(
      `${given.join(' and ')} are ${given.length} sources for one value`,
      'give one',
    );
  }
  if (alphabet !== undefined) {
    if (generate === undefined) throw new UsageError('--alphabet requires --generate');
    parseAlphabet(alphabet);
  }
  if (typeof generate === 'string' && !/^\d+$/.test(generate)) {
    // Not quoted: the user may have typed the secret as the argument.
    throw new UsageError(
      'the length after --generate is not a whole number',
      'write --generate=40 or put REF first; a value is never an argument',
    );
  }
}

// --- internal ---

async function readFrom(
  options: ValueOptions,
  { target, hint }: { target: string; hint: string },
  { world, report, globals }: Pick<Context, 'world' | 'report' | 'globals'>,
): Promise<SecretValue> {
  const { valueFile, fromEnv, generate, alphabet, raw } = options;
  const how = { raw, debug: globals.debug ?? false };
  if (generate !== undefined) return generated({ world, report }, generate, alphabet);
  if (fromEnv !== undefined) {
    const text = world.env[fromEnv];
    // Not quoted: the user may have typed the secret as the variable name.
    if (text === undefined) throw new InvalidInput('the variable of --from-env is not set');
    return new SecretValue(text);
  }
  if (valueFile !== undefined && valueFile !== '-') {
    return trimmed(SecretValue.fromBytes(await fileBytes(world, valueFile)), how, report);
  }
  if (!world.stdin.isTTY) {
    const value = trimmed(SecretValue.fromBytes(await readStdin(world)), how, report);
    if (value.byteLength === 0) {
      throw new InvalidInput('the value is empty: standard input was empty', hint);
    }
    return value;
  }
  if (!canAsk(world)) {
    throw new UsageError('no value was given, and there is no terminal to ask on', hint);
  }
  const answer = await world.stdin
    .askHidden(`value for ${target} (not shown)`)
    .catch((error: unknown) => {
      throw stdinNotReadable(error);
    });
  if ('cancelled' in answer) throw new Interrupted('cancelled; nothing was stored');
  if ('severalLines' in answer) {
    throw new InvalidInput(
      'the value has several lines',
      'give it with --value-file, or pipe it in',
    );
  }
  if ('notUtf8' in answer) {
    throw new InvalidInput(
      'the terminal sent text that is not UTF-8',
      'set the terminal to UTF-8, or give the value with --value-file',
    );
  }
  return new SecretValue(answer.text);
}

function generated(
  { world, report }: Pick<Context, 'world' | 'report'>,
  length: string | true,
  alphabet: string | undefined,
): SecretValue {
  const value = generateValue(
    length === true ? defaultLength : Number(length),
    (limit) => world.randomInt(limit),
    alphabet === undefined ? undefined : parseAlphabet(alphabet),
  );
  mask(world, value);
  if (!world.env.GITHUB_ACTIONS) report.note(`generated a value of ${value.byteLength} characters`);
  return value;
}

async function fileBytes(world: Context['world'], path: string): Promise<Uint8Array> {
  try {
    return await world.readFile(path);
  } catch (error) {
    throw new CliError('file-not-readable', 'the file of --value-file cannot be read', {
      hint: 'give the path of a file that holds the value',
      cause: error,
    });
  }
}

function trimmed(
  value: SecretValue,
  { raw, debug }: { raw: true | undefined; debug: boolean },
  report: Context['report'],
): SecretValue {
  if (raw) return value;
  const unmarked = value.withoutByteOrderMark();
  if (unmarked.byteLength < value.byteLength) {
    report.note('dropped the byte order mark at the start (--raw keeps it)');
  }
  const result = unmarked.withoutTrailingNewline();
  if (debug && result.byteLength < unmarked.byteLength) {
    report.note('dropped one trailing newline (--raw keeps it)');
  }
  return result;
}
