import { oneLine, printable, withoutCommands } from './model/printable.ts';
import type { Output, Style, World } from './world.ts';

/**
 * The same world with safe terminal output: control characters, and under GitHub Actions workflow
 * commands, are escaped in everything written, drawn or asked. Only the colours of `style` and text
 * written as `exact` reach the terminal unchanged.
 */
export function withSafeOutput(world: World): World {
  const clean = world.env.GITHUB_ACTIONS
    ? (text: string) => withoutCommands(printable(text))
    : printable;
  const { stdin } = world;
  return {
    ...world,
    stdin: {
      // Node opens standard input on first access, which most commands do not need.
      get isTTY() {
        return stdin.isTTY;
      },
      read: () => stdin.read(),
      askHidden: (question) => stdin.askHidden(clean(oneLine(question))),
      confirm: (question) => stdin.confirm(clean(oneLine(question))),
    },
    stdout: safe(world.stdout, clean, world),
    stderr: safe(world.stderr, clean, world),
  };
}

// --- internal ---

function safe(
  output: Output,
  clean: (text: string) => string,
  { randomInt }: Pick<World, 'randomInt'>,
): Output {
  const { style, mark } = markedStyle(output.style, randomInt);
  const shown = (text: string): string =>
    mark === '' ? clean(text) : clean(text).replaceAll(mark, escape);
  return {
    ...output,
    style,
    write: (text, options = {}) => {
      const safe = options.tabs ? text.split('\t').map(shown).join('\t') : shown(text);
      output.write(options.exact ? text : safe);
    },
    showLive: (draw) => {
      output.showLive(() => draw().map((line) => shown(oneLine(line))));
    },
  };
}

const escape = '\u001b';

/**
 * Colours that begin with a mark instead of the escape character. The mark is unguessable, so
 * foreign text cannot produce a colour.
 */
function markedStyle(style: Style, randomInt: World['randomInt']): { style: Style; mark: string } {
  const names = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'] as const;
  if (names.every((name) => style[name]('x') === 'x')) return { style, mark: '' };
  const mark = `\ufdd0${randomInt(2 ** 47).toString(36)}\ufdd0`;
  const marked = names.map((name) => {
    const [begin = '', end = ''] = style[name]('|').replaceAll(escape, mark).split('|');
    return [name, (text: string) => `${begin}${text}${end}`];
  });
  return { style: Object.fromEntries(marked) as Style, mark };
}
