import type { FailureId } from '../../failures/finding.ts';
import { formatReference, type Reference, type SecretReference } from '../../secrets/reference.ts';
import type { Draft, SecretFact, StartFacts, Step, UseFact } from './facts.ts';
import {
  aboutSecret,
  isForeign,
  madeAnew,
  referTo,
  soundSuffix,
  subjectOf,
  withSuffix,
} from './uses.ts';

/** Whether each secret exists, with the version that its reference means. */
export function checkExistence({ uses, here }: StartFacts): Draft[] {
  return uses.flatMap((fact): Draft[] => {
    const { reference, secret } = fact;
    return reference ? [existence(fact, reference, secret, here)] : [];
  });
}

// --- internal ---

type Here = StartFacts['here'];

function existence(fact: UseFact, reference: Reference, secret: SecretFact, here: Here): Draft {
  const draft = (
    status: Draft['status'],
    message: string,
    fix: readonly Step[] = [],
    failure?: FailureId,
  ): Draft => ({
    check: 'existence',
    status,
    subject: subjectOf(fact),
    message,
    fix,
    ...(failure && { failure }),
  });
  const written = formatReference(reference);
  if (secret.state === 'unseen')
    return draft('not-checked', `whether ${written} exists: ${secret.why}`);
  if (secret.state === 'missing') {
    const region = reference.scope?.region ?? here.region;
    const store = reference.store;
    const { instead } = secret;
    return draft(
      'problem',
      `there is no ${store === 'parameter-store' ? 'parameter' : 'secret'} ${written} in ${region}${
        instead ? `; there is ${instead.written}` : ''
      }`,
      instead ? referTo(fact.use, instead.written) : newlyMade(fact, reference, here),
      store === 'parameter-store' ? 'parameter-missing' : 'secret-missing',
    );
  }
  if (secret.descriptionUnseen !== undefined && !isRead(secret)) {
    return draft('not-checked', `whether ${written} exists: ${secret.descriptionUnseen}`);
  }
  if (secret.deletedAt) {
    return draft(
      'problem',
      `${written} is scheduled for deletion since ${secret.deletedAt.toISOString().slice(0, 10)}`,
      [aboutSecret('restore', reference, here)],
      'secret-deleted',
    );
  }
  if (secret.versionsUnseen !== undefined) {
    return draft(
      'not-checked',
      `whether the version of ${written} exists: ${secret.versionsUnseen}`,
    );
  }
  if (reference.store === 'secrets-manager' && secret.stages) {
    const [message, fix, failure] = version(fact, reference, secret.stages, here);
    if (message !== undefined) return draft('problem', message, fix, failure);
  }
  if (secret.expiresAt) {
    const date = secret.expiresAt.toISOString().slice(0, 10);
    return draft(
      'warning',
      `${written} expires on ${date}: AWS deletes it then, and no task can start after that`,
    );
  }
  const own = /^(ssm|sm):/.test(fact.use.valueFrom)
    ? ' (only ecs-secrets register takes it as it is written)'
    : '';
  return draft('ok', `${written} exists${own}`);
}

/** Whether its value was read: then it exists, even without a description. */
function isRead({ value }: SecretFact & { state: 'found' }): boolean {
  return value.state === 'binary' || value.state === 'text' || value.state === 'object';
}

/** A recreated parameter keeps its name; a recreated secret gets a new ARN suffix. */
function newlyMade({ use }: UseFact, reference: Reference, here: Here): Step[] {
  if (isForeign(reference, here)) return [];
  const put = aboutSecret('put', reference, here);
  if (reference.store === 'parameter-store' || !reference.scope) return [put];
  return [put, ...referTo(use, madeAnew(reference, here))];
}

type Wrong = [message: string, fix: Step[], failure: FailureId] | [undefined, [], undefined];

function version(
  fact: UseFact,
  reference: SecretReference,
  stages: Readonly<Record<string, readonly string[]>>,
  here: Here,
): Wrong {
  const { use } = fact;
  const { versionId, versionStage, versionStage: stage = 'AWSCURRENT' } = reference;
  const written = withSuffix(reference, {});
  const sound = soundSuffix(fact, reference);
  if (versionId) {
    const atStage = !versionStage || stages[versionId]?.includes(versionStage);
    if (sound.versionId && atStage) return [undefined, [], undefined];
    return [
      `${written} has no version ${versionId}${sound.versionId ? ` at the stage ${stage}` : ''}`,
      referTo(use, withSuffix(reference, sound)),
      'version-missing',
    ];
  }
  if (Object.values(stages).some((labels) => labels.includes(stage))) {
    return [undefined, [], undefined];
  }
  const hasCurrent = Object.values(stages).some((labels) => labels.includes('AWSCURRENT'));
  return hasCurrent
    ? [
        `${written} has no version at the stage ${stage}`,
        referTo(use, withSuffix(reference, sound)),
        'stage-missing',
      ]
    : [
        `${written} has no value yet`,
        [
          aboutSecret('put', reference, here),
          ...(stage === 'AWSCURRENT' ? [] : referTo(use, withSuffix(reference, sound))),
        ],
        'stage-missing',
      ];
}
