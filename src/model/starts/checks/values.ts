import type { FailureId } from '../../failures/finding.ts';
import { credentialsFault } from '../../definitions/secret-uses.ts';
import type { SecretReference } from '../../secrets/reference.ts';
import { whyNoKey } from '../../secrets/missing-key.ts';
import type { Draft, StartFacts, Step, UseFact, ValueFact } from './facts.ts';
import { aboutSecret, referTo, soundSuffix, subjectOf, withSuffix } from './uses.ts';

/** Whether the value of each secret has what its reference selects; only if values were read. */
export function checkValues({ uses, here }: StartFacts): Draft[] {
  return uses.flatMap((fact): Draft[] => {
    const { reference, secret } = fact;
    if (reference?.store !== 'secrets-manager' || secret.state !== 'found') return [];
    const [status, message, fix = [], failure] = judge(fact, reference, here) ?? [];
    if (status === undefined || message === undefined) return [];
    const subject = subjectOf(fact);
    return [{ check: 'value', status, subject, message, fix, ...(failure && { failure }) }];
  });
}

// --- internal ---

type Judgement = [status: Draft['status'], message: string, fix?: Step[], failure?: FailureId];

function judge(
  fact: UseFact,
  reference: SecretReference,
  here: StartFacts['here'],
): Judgement | undefined {
  const { use, secret } = fact;
  if (secret.state !== 'found') return undefined;
  const { value } = secret;
  const { jsonKey } = reference;
  const sound = (): Step[] => referTo(use, withSuffix(reference, soundSuffix(fact, reference)));
  const written = withSuffix(reference, {});
  if (value.state === 'none') return undefined;
  if (value.state === 'unseen') return ['not-checked', `the value of ${written}: ${value.why}`];
  if (use.kind === 'repositoryCredentials' || use.kind === 'fsxCredentials') {
    return judgeCredentials(fact, value, reference, here);
  }
  if (value.state === 'binary') {
    return jsonKey === undefined
      ? ['warning', `${written} is binary: ECS injects text only, and the variable may be empty`]
      : ['problem', `${written} ${whyNoKey('binary', jsonKey)}`, [], 'secret-not-json'];
  }
  if (jsonKey === undefined) return undefined;
  if (value.state === 'not-read') {
    return [
      'not-checked',
      `whether ${written} has the key "${jsonKey}" is checked with --read-values`,
    ];
  }
  if (value.state === 'text') {
    return ['problem', `${written} ${whyNoKey('not-json', jsonKey)}`, sound(), 'secret-not-json'];
  }
  const { keys, fault } = value;
  if (fault !== undefined) {
    return ['problem', `${written} ${whyNoKey(fault, jsonKey)}`, [], 'secret-not-json'];
  }
  const key = keys.find(({ name }) => name === jsonKey);
  if (!key) {
    const similar = keys.find(({ name }) => name.toLowerCase() === jsonKey.toLowerCase());
    return [
      'problem',
      `${written} ${whyNoKey(
        'no-key',
        jsonKey,
        keys.map(({ name }) => name),
      )}`,
      similar ? sound() : [aboutSecret('put', reference, here)],
      'json-key-missing',
    ];
  }
  if (!key.isText) {
    return [
      'warning',
      `the key "${jsonKey}" of ${written} is not a string: the ECS agent formats it as Go does (12345678 as 1.2345678e+07)`,
      [aboutSecret('put', reference, here)],
    ];
  }
  return ['ok', `${written} has the key "${jsonKey}"`];
}

/**
 * The agent takes a username and a password from it, whatever the case of the keys (agent/asm/asm.go;
 * FSx: ECS guide, "FSx for Windows File Server volumes").
 */
function judgeCredentials(
  { use }: UseFact,
  value: ValueFact,
  reference: SecretReference,
  here: StartFacts['here'],
): Judgement | undefined {
  if (credentialsFault(use, reference) !== undefined) return undefined;
  const written = withSuffix(reference, {});
  if (value.state === 'not-read') {
    const what = `whether ${written} holds a username and a password`;
    return ['not-checked', `${what} is checked with --read-values`];
  }
  const problem = (message: string): Judgement => [
    'problem',
    `${written} ${message}; the ECS agent needs {"username": "…", "password": "…"}`,
    [aboutSecret('put', reference, here)],
    use.kind === 'repositoryCredentials' ? 'registry-credentials' : undefined,
  ];
  if (value.state !== 'object') return problem('is not a JSON object');
  for (const name of ['username', 'password']) {
    const key = value.keys.findLast((one) => one.name.toLowerCase() === name);
    if (!key) return problem(`has no ${name}`);
    if (!key.isText) return problem(`has a ${name} that is not a string`);
    if (key.isEmpty) return problem(`has an empty ${name}`);
  }
  return ['ok', `${written} has a username and a password`];
}
