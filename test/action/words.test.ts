import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandsIn, InvalidCommand, wordsIn } from '../../action/src/words.ts';
import { commandLine } from '../../src/model/shell.ts';

test.each([
  ['verify web.json  --strict', ['verify', 'web.json', '--strict']],
  [`put '/a b' "c \\"d\\" \\n"`, ['put', '/a b', 'c "d" \\n']],
  [`a'b'"c"\\ d`, ['abc d']],
  [`--prefix '' x`, ['--prefix', '', 'x']],
  [`'$HOME' '|' "a > b" \\$HOME`, ['$HOME', '|', 'a > b', '$HOME']],
  ['ecs/**/*.json ~', ['ecs/**/*.json', '~']],
])('%s', (line, words) => {
  expect(wordsIn(line)).toEqual(words);
});

test.each([
  [`put 'a`, "a quote (') is not closed"],
  [`put "a'`, 'a quote (") is not closed'],
  ['verify web.json > out', '> has no meaning here'],
  ['verify web.json | tee', '| has no meaning here'],
  ['verify web.json && x', '& has no meaning here'],
  ['register --image web=$IMAGE', '$I has no meaning here'],
  ['register --image "web=${IMAGE}"', '${ has no meaning here'],
  ['put "$(cat x)"', '$( has no meaning here'],
  ['put `cat x`', '` has no meaning here'],
])('%s is refused', (line, message) => {
  expect(() => wordsIn(line)).toThrow(InvalidCommand);
  expect(() => wordsIn(line)).toThrow(message);
});

test('what is quoted for a shell is read back', () => {
  fc.assert(
    fc.property(fc.array(fc.string().filter((word) => !/[\r\n]/.test(word))), (words) => {
      expect(wordsIn(commandLine(words))).toEqual(words);
    }),
  );
});

test('lines are commands, except comments and empty ones; a backslash continues a line', () => {
  const input = '\r\n# first\necs-secrets verify web.json \\\n  --strict\n\n  stale\n';
  expect(commandsIn(input)).toEqual([['verify', 'web.json', '--strict'], ['stale']]);
});
