import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { check } from 'recheck';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { isWhole } from './helpers/whole.ts';

const root = fileURLToPath(new URL('../src/', import.meta.url));

/**
 * The expressions that were found to take linear time, one a line. What is not among them is checked, and
 * `TESTS=whole` checks all; `npx vitest run test/regular-expressions.test.ts --update=all` writes it after that.
 */
const list = fileURLToPath(new URL('regular-expressions.txt', import.meta.url));

/** Where a pattern comes from the user of the sandbox, as AWS takes it. */
const givenPatterns = ['sandbox/ecs/tasks/exits.ts', 'sandbox/ssm/put.ts'];

interface Expression {
  /** File and line. */
  place: string;
  source: string;
  flags: string;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts'));

/** The regular expressions written in the sources, and the files that build others. */
function written(): { literals: Expression[]; builders: string[] } {
  const literals: Expression[] = [];
  const builders: string[] = [];
  for (const name of files) {
    const file = ts.createSourceFile(
      name,
      readFileSync(`${root}${name}`, 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        literals.push({
          place: `${name}:${line + 1}`,
          source: node.text.slice(1, end),
          flags: node.text.slice(end + 1),
        });
      }
      const builds =
        (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
        node.expression.getText() === 'RegExp';
      if (builds && !builders.includes(name)) builders.push(name);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return { literals, builders };
}

/**
 * With fewer letters in the words that `loosely` makes: the whole takes the checker hours, and the letters
 * left out differ in nothing from those that stay.
 */
function withShortWords(source: string): string {
  return source.replace(/((?:\w\\s\*){2})(?:\w\\s\*)+(?=\w)/g, '$1');
}

/** The regular expressions that a module builds while it is loaded. */
async function builtBy(name: string): Promise<Expression[]> {
  const built: Expression[] = [];
  const original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(original, {
    construct(target, [source, flags = '']: [string, string?]) {
      built.push({ place: name, source: withShortWords(source), flags });
      return new target(source, flags);
    },
  });
  try {
    // The query has the module evaluated once more, and no other.
    await import(`${root}${name}?built`);
  } finally {
    globalThis.RegExp = original;
  }
  return built;
}

test('no regular expression of the sources takes more than linear time', async () => {
  const { literals, builders } = written();
  expect(builders).toEqual(expect.arrayContaining(givenPatterns));
  const built: Expression[] = [];
  for (const name of builders.filter((one) => !givenPatterns.includes(one))) {
    const expressions = await builtBy(name);
    expect(expressions.length, `built by ${name} while it is loaded`).toBeGreaterThan(0);
    built.push(...expressions);
  }
  const distinct = new Map<string, Expression>();
  for (const one of [...literals, ...built]) distinct.set(`/${one.source}/${one.flags}`, one);
  expect(literals.length).toBeGreaterThan(400);

  // To check all takes a minute of processor time; the answer depends on nothing but the expression.
  const checked = isWhole ? new Set<string>() : new Set(readFileSync(list, 'utf8').split('\n'));
  const slow: string[] = [];
  const waiting = [...distinct].filter(([text]) => !checked.has(text));
  const checkAll = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [text, { place, source, flags }] = next;
      // The same seed finds the same, where no limit of time ends a step: on a busy machine that counts as
      // slow. Few rounds are enough, as what it finds it finds early.
      const options = {
        ...{ randomSeed: 0, maxIteration: 2, timeout: null, recallTimeout: -1 },
        ...{ attackTimeout: null, incubationTimeout: null, seedingTimeout: null },
      };
      const { status } = await check(source, flags, options);
      if (status !== 'safe') slow.push(`${place} ${text} is ${status}`);
    }
  };
  await Promise.all([checkAll(), checkAll()]);
  expect(slow).toEqual([]);
  await expect([...distinct.keys()].sort().join('\n') + '\n').toMatchFileSnapshot(list);
}, 300_000);
