import { formatReference } from '../../secrets/reference.ts';
import { parseArn, type Scope } from '../../secrets/partition.ts';
import { commandLine } from '../../shell.ts';
import type { Draft, KeyFact, StartFacts, Step, UseFact } from './facts.ts';
import { subjectOf } from './uses.ts';

/** Whether the key of each secret exists, and is in a state in which it can decrypt. */
export function checkKeys({ uses, here }: StartFacts): Draft[] {
  return uses.flatMap((fact): Draft[] => {
    if (fact.secret.state !== 'found') return [];
    const { key } = fact.secret;
    const [status, message, fix = []] = judge(key, fact, here) ?? [];
    if (status === undefined || message === undefined) return [];
    return [
      {
        check: 'key',
        status,
        subject: subjectOf(fact),
        message,
        fix,
        ...(status === 'problem' && { failure: 'key-unusable' }),
      },
    ];
  });
}

// --- internal ---

type Judgement = [status: Draft['status'], message: string, fix?: Step[]];

function judge(key: KeyFact, fact: UseFact, here: Scope): Judgement | undefined {
  switch (key.state) {
    case 'aws-managed':
      return undefined;
    case 'unseen':
      return ['not-checked', `the key ${key.id || 'of the secret'}: ${key.why}`];
    case 'missing':
      return [
        'problem',
        `the key ${key.id} does not exist: store the whole value again`,
        underOwnKey(fact, here),
      ];
    case 'found':
      return key.keyState === 'Enabled'
        ? ['ok', `the key ${key.arn} is enabled`]
        : ['problem', `the key ${key.arn} is ${key.keyState}`, enable(key)];
  }
}

/** A value encrypted with a deleted key is lost: it has to be stored again. */
function underOwnKey({ reference, secret }: UseFact, here: Scope): Step[] {
  if (!reference || secret.state !== 'found') return [];
  const { store, name, arn } = secret.identity;
  const alias = store === 'parameter-store' ? 'alias/aws/ssm' : 'alias/aws/secretsmanager';
  const ref = formatReference({ store, name });
  const { region = '' } = parseArn(arn) ?? {};
  const elsewhere = region === here.region ? [] : ['--region', region];
  return [commandLine(['ecs-secrets', 'put', ref, '--kms-key', alias, ...elsewhere])];
}

function enable({ arn, keyState }: KeyFact & { state: 'found' }): Step[] {
  const { region = '' } = parseArn(arn) ?? {};
  const kms = (command: string): string =>
    commandLine(['aws', 'kms', command, '--key-id', arn, '--region', region]);
  // After its deletion is cancelled, a key is disabled (KMS API reference, CancelKeyDeletion).
  if (keyState === 'PendingDeletion') return [kms('cancel-key-deletion'), kms('enable-key')];
  return keyState === 'Disabled' ? [kms('enable-key')] : [];
}
