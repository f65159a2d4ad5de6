import { describe, expect, it } from 'vitest';
import { classifyFailure } from '../../../src/model/failures/classify-failure.ts';
import { definitionNamedBy } from '../../../src/model/failures/named-definition.ts';
import { pastedReasons } from '../../../src/model/failures/pasted-reasons.ts';
import { startFailures } from '../../../src/model/failures/start-failures.ts';
import { unwrap, type Unwrapped } from '../../../src/model/failures/unwrap.ts';
import { agentReasons } from './agent-reasons.labels.ts';
import { labelledReasons } from './stop-reasons.labels.ts';

const here = { partition: 'aws', region: 'us-east-1', account: '123456789012' };

/** As a terminal does, which fills its lines to the last column. */
const byColumn = (text: string, width: number): string =>
  (text.match(new RegExp(`.{1,${width}}`, 'gs')) ?? []).join('\n');

/** As an editor does, which breaks between words where it can. */
function byWord(text: string, width: number): string {
  const lines = [''];
  for (const word of text.split(' ').flatMap((one) => byColumn(one, width).split('\n'))) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

const ways: [string, (text: string, width: number) => string][] = [
  ['by column', byColumn],
  [
    'by column, without blanks at the end',
    (text, width) => byColumn(text, width).replace(/ +\n/g, '\n'),
  ],
  ['by column, indented', (text, width) => byColumn(text, width).replaceAll('\n', '\n    ')],
  [
    'by column, from the midst of a line',
    (text, width) => `${text.slice(0, 15)}\n${byColumn(text.slice(15), width)}`,
  ],
  ['by word', byWord],
  ['by word, on Windows', (text, width) => byWord(text, width).replaceAll('\n', '\r\n')],
];

const reasons = [
  ...labelledReasons.map(({ text }) => text),
  ...agentReasons.map(({ text }) => text),
  // Every row, with names before and after its words.
  ...startFailures.map(
    ({ wordings: [pieces = []] }) =>
      `(service web) was unable to place a task. Reason: ${pieces.join(' arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/production/api-AbCdEf ')} invalid parameters: /shop/production/db-password, /shop/production/other because of arn:aws:iam::123456789012:role/shop-production-execution`,
  ),
].map((text) => text.replace(/\s+/g, ' ').trim());

function namesIn(reason: Unwrapped): string[] {
  const { executionRoleArn = '', containerDefinitions } = definitionNamedBy(
    reason,
    here,
  ).definition;
  const secrets = containerDefinitions.flatMap((one) => one.secrets ?? []);
  return [executionRoleArn, ...secrets.map(({ valueFrom }) => valueFrom)];
}

const rowsOf = (texts: readonly string[]): string[] =>
  [...new Set(texts.flatMap((text) => classifyFailure(text).map(({ id }) => id)))].toSorted();

describe('a reason that was wrapped', () => {
  it.each(ways)('%s means the same, and names nothing that was cut', (_way, wrap) => {
    const wrong: unknown[] = [];
    for (const [index, text] of reasons.entries()) {
      const [rows, names] = [rowsOf([text]), new Set(namesIn(unwrap([text])))];
      // Every text at some widths, every width at some texts.
      for (let width = 40 + (index % 41); width <= 120; width += 41) {
        const wrapped = wrap(text, width);
        const found = pastedReasons(wrapped);
        const foundRows = rowsOf(found.map((one) => one.text));
        const others = found.flatMap(namesIn).filter((name) => !names.has(name) && name !== '');
        if (foundRows.join() !== rows.join() || others.length > 0) {
          wrong.push({ wrapped, rows, foundRows, others });
        }
      }
    }
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  it('is one text again where a terminal filled its lines', () => {
    const text = agentReasons.find((one) => one.text.length > 300)?.text ?? '';
    expect(pastedReasons(byColumn(text, 70)).map((one) => one.text)).toEqual([text]);
  });

  it('keeps the names that no line break touches', () => {
    const lines = ['could not read /a', 'invalid parameters: /shop/db, /shop/oth', 'er and /b'];
    const { definition, hasCutNames } = definitionNamedBy(unwrap(lines), here);
    expect(definition.containerDefinitions[0]?.secrets).toEqual([
      { name: 'NAME', valueFrom: '/shop/db' },
    ]);
    expect(hasCutNames).toBe(true);
  });

  it('names no parameter of a region that may be cut', () => {
    const lines = ['SSM Parameter Store in eu-west-', '1: invalid parameters: /shop/db (gone)'];
    expect(namesIn(unwrap(lines))).toEqual(['']);
    expect(namesIn(unwrap([lines.join('')]))).toEqual([
      '',
      'arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db',
    ]);
  });
});
