import { describe, expect, it } from 'vitest';
import { classifyFailure } from '../../../src/model/failures/classify-failure.ts';
import { startFailures } from '../../../src/model/failures/start-failures.ts';
import { agentReasons } from './agent-reasons.labels.ts';
import { furtherReasons } from './further-reasons.labels.ts';
import { labelledReasons } from './stop-reasons.labels.ts';

const idsOf = (text: string): string[] => {
  const found = classifyFailure(text).map(({ id }) => id);
  return found.length === 0 ? ['unknown'] : found;
};

describe.each([
  ['ECS, as published', labelledReasons],
  ['the ECS agent', agentReasons],
  ['the ECS agent in other regions', furtherReasons],
])('a reason of %s', (_where, reasons) => {
  it.each(reasons.map((one) => [one.text.slice(0, 90), one] as const))(
    '%s … means what its label says',
    (_, { text, failures }) => {
      expect(idsOf(text)).toEqual([...failures]);
    },
  );
});

it('is known by each wording of its row, in any case and white space', () => {
  for (const { id, wordings, around = [], codes = [], unless } of startFailures) {
    for (const pieces of [...wordings, ...around]) {
      const text = pieces.join(' … ');
      for (const written of [text, text.toUpperCase(), Array.from(text).join('\n ')]) {
        expect([written, idsOf(written).includes(id)]).toEqual([written, true]);
      }
      for (const piece of unless ?? []) expect(idsOf(`${text} ${piece}`)).not.toContain(id);
    }
    for (const code of codes) expect(idsOf(` ${code}\n`)).toEqual([id]);
  }
});

it('is a network that no service is known for', () => {
  const why = 'dial tcp: lookup kms.eu-west-1.amazonaws.com: no such host';
  const text = `request send failed, Post "https://kms.eu-west-1.amazonaws.com/": ${why}`;
  expect(idsOf(text)).toEqual(['network-timeout']);
});

it('is not mistaken for the words in the names that it quotes', () => {
  const names = [
    'geofence',
    'http-timeout',
    'healthcheck',
    'kms/disabled',
    'app/throttling-limit',
    'circuit-breaker',
    'access-denied-page',
    'json/invalid-character',
  ];
  for (const name of names) {
    const arn = `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-AbCdEf`;
    const prefix = 'ResourceInitializationError: unable to pull secrets or registry auth: ';
    expect(
      idsOf(`${prefix}unable to retrieve secrets from ssm: invalid ssm parameters: /${name}`),
    ).toEqual(['parameter-missing']);
    expect(
      idsOf(
        `${prefix}unable to retrieve secret from asm: failed to fetch secret ${arn} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
      ),
    ).toEqual(['secret-missing']);
  }
});
