import { describe, expect, it } from 'vitest';
import { classifyFailure } from '../../../src/model/failures/classify-failure.ts';
import { withoutCharacters } from '../../../src/model/failures/without-characters.ts';
import { onFargate, onInstances } from '../../helpers/wrapped-reasons.ts';
import vectors from '../../vectors/agent-texts.json' with { type: 'json' };
import { agentReasons } from './agent-reasons.labels.ts';
import { furtherReasons } from './further-reasons.labels.ts';

/**
 * What the texts mean whose vector leaves it open (`?`), or says `unknown` because no row had their
 * words then. `Invalid parameter name` is moto's text: SSM's own validation errors read otherwise.
 */
const judged: Readonly<Record<string, readonly string[]>> = {
  'fake:sm-expired': ['credentials-rejected'],
  'fake:sm-expired+auth': ['credentials-rejected'],
  'fake:sm-badtoken': ['credentials-rejected'],
  'fake:sm-badtoken+key': ['credentials-rejected'],
  'fake:sm-badtoken+auth': ['credentials-rejected'],
  'fake:sm-sig+auth': ['credentials-rejected'],
  'fake:sm-503+auth': ['service-unavailable'],
  'fake:ssm-internal': ['service-unavailable'],
  'sb:p-uni': ['parameter-name-malformed'],
  'sb:p-empty': ['parameter-name-malformed'],
  'sb2:many-one-missing:ssmsecret': ['parameter-missing'],
  'sb2:multi-sm:asmsecret': ['secret-missing', 'json-key-missing'],
  'sb2:multi-sm-ssm:asmsecret': ['secret-missing'],
  // Equal texts with different labels: a private registry's secret that is wrong is both.
  'fake:sm-missing+auth': ['registry-credentials', 'secret-missing'],
  'fake:sm-name+auth': ['registry-credentials', 'secret-name-malformed'],
  'fake:sm-version+auth': ['registry-credentials', 'version-missing'],
  'sb2:authp-missingarn:asm-auth': ['registry-credentials', 'secret-missing'],
  'sb2:authp-wrongregion:asm-auth': ['registry-credentials', 'secret-missing'],
  'sb2:authp-colon1:asm-auth': ['registry-credentials', 'secret-name-malformed'],
  'sb2:authp-sm:asm-auth': ['registry-credentials', 'secret-name-malformed'],
};

const idsOf = (text: string): string[] => classifyFailure(text).map(({ id }) => id);

it('has 147 texts', () => {
  expect(vectors.length).toBe(147);
});

describe.each(vectors)('$id', ({ id, text, expected }) => {
  it(`means ${expected}`, () => {
    const found = idsOf(text);
    if (judged[id]) expect(found).toEqual(judged[id]);
    else expect(expected.split('|')).toContain(found.join());
  });
});

describe('the meaning of a text is the same', () => {
  const texts = [...vectors, ...agentReasons, ...furtherReasons].map(({ text }) => text);
  const ways: [string, (text: string) => string][] = [
    ['on Fargate', onFargate],
    ...onInstances.map((wrap): [string, typeof wrap] => [
      `on instances: ${wrap('…').slice(0, 40)}`,
      wrap,
    ]),
    ['in capitals', (text) => text.toUpperCase()],
    ['without the values in it', withoutCharacters],
    ['in small letters', (text) => text.toLowerCase()],
  ];

  it.each(ways)('%s', (_, wrap) => {
    const changed = texts.filter((text) => idsOf(wrap(text)).join() !== idsOf(text).join());
    expect(changed).toEqual([]);
  });

  it('among other errors, joined as the agent joins them', () => {
    const changed = texts.flatMap((text, index) => {
      const others = [7, 91].map((step) => texts[(index + step) % texts.length] ?? '');
      const joined = [text, ...others];
      const alone = new Set(joined.flatMap(idsOf));
      return idsOf(joined.join(';')).join() === [...alone].join() ? [] : [joined];
    });
    expect(changed).toEqual([]);
  });
});
