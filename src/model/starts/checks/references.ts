import { isPinned, parseReference, type Reference } from '../../secrets/reference.ts';
import { credentialsFault } from '../../definitions/secret-uses.ts';
import type { FailureId } from '../../failures/finding.ts';
import type { Draft, StartFacts, Step, UseFact } from './facts.ts';
import { aboutSecret, referTo, soundSuffix, subjectOf, withSuffix } from './uses.ts';

/**
 * Checks the syntax of each reference, and what it pins. Valid ones are reported by
 * `checkExistence`.
 */
export function checkReferences({ uses, here }: StartFacts): Draft[] {
  return uses.flatMap((fact): Draft[] => {
    const { reference } = fact;
    if (!reference) return [malformed(fact, here)];
    return [
      ...credentials(fact, reference),
      ...place(fact, reference, here),
      ...habits(fact, reference),
    ];
  });
}

// --- internal ---

type Here = StartFacts['here'];

function malformed(fact: UseFact, here: Here): Draft {
  const { use, problems, suggestion, secret } = fact;
  const steps: Step[] = [];
  if (suggestion !== undefined) {
    const meant = parseReference(suggestion);
    if (secret.state === 'missing') steps.push(aboutSecret('put', meant, here));
    if (secret.state === 'found' && secret.deletedAt) {
      steps.push(aboutSecret('restore', meant, here));
    }
    steps.push(...referTo(use, suggestion));
  }
  const failure = failureOf(use.valueFrom);
  return {
    check: 'reference',
    status: 'problem',
    subject: subjectOf(fact),
    message: problems.join('; '),
    fix: steps,
    ...(failure && { failure }),
  };
}

/**
 * The failure as reported by the agent or the store (see `start-failures.ts`); ECS does not
 * register the rest.
 */
function failureOf(valueFrom: string): FailureId | undefined {
  const [, , service, , , , name = '', ...suffix] = valueFrom.split(':');
  // ECS only checks the characters of a name, and Parameter Store checks the rest.
  if (/^[A-Za-z0-9_./-]+$/.test(valueFrom)) return 'parameter-missing';
  if (!valueFrom.startsWith('arn:') || service !== 'secretsmanager') return undefined;
  if (suffix.length !== 0 && suffix.length !== 3) return 'arn-malformed';
  if (/[^A-Za-z0-9/_+=.@!-]/.test(name)) return 'secret-name-malformed';
  const [, , version = ''] = suffix;
  return version !== '' && version.length < 32 ? 'version-id-malformed' : undefined;
}

function credentials(fact: UseFact, reference: Reference): Draft[] {
  const message = credentialsFault(fact.use, reference);
  if (message === undefined) return [];
  const failure = 'registry-credentials';
  const subject = subjectOf(fact);
  return [{ check: 'reference', status: 'problem', subject, message, fix: [], failure }];
}

function place(fact: UseFact, reference: Reference, here: Here): Draft[] {
  const { scope, store } = reference;
  if (!scope) return [];
  const problem = (message: string): Draft[] => [
    { check: 'reference', status: 'problem', subject: subjectOf(fact), message, fix: [] },
  ];
  if (scope.partition !== here.partition) {
    return problem(`it is of the partition ${scope.partition}; the task runs in ${here.partition}`);
  }
  if (store === 'parameter-store' && scope.account !== here.account) {
    return problem(
      `it belongs to account ${scope.account}; ECS reads parameters of its own account (${here.account}) only`,
    );
  }
  return [];
}

/** Valid references that may cause problems later. */
function habits(fact: UseFact, reference: Reference): Draft[] {
  const { use } = fact;
  const warning = (message: string, fix: Step[]): Draft => ({
    check: 'reference',
    status: 'warning',
    subject: subjectOf(fact),
    message,
    fix,
  });
  const drafts: Draft[] = [];
  if (reference.store === 'secrets-manager') {
    const { versionId, versionStage } = reference;
    const sound = soundSuffix(fact, reference);
    if (isPinned(reference)) {
      const what = versionId ? `version ${versionId}` : `the stage ${versionStage ?? ''}`;
      drafts.push(
        warning(
          `it is pinned to ${what}: a new value never reaches it`,
          referTo(use, withSuffix(reference, { jsonKey: sound.jsonKey })),
        ),
      );
    }
    if (isPartial(fact)) {
      drafts.push(
        warning(
          'its ARN lacks the six characters at its end, which policies of roles name',
          referTo(use, withSuffix(reference, sound)),
        ),
      );
    }
  }
  if (/^\/[^/]+$/.test(use.valueFrom) && reference.store === 'parameter-store') {
    drafts.push(
      warning(
        `Parameter Store stores it as ${reference.name}; write that, or its ARN`,
        referTo(use, reference.name),
      ),
    );
  }
  return drafts;
}

/** Whether the ARN is written without the 6 characters that AWS appended to it. */
export function isPartial({ use, reference, secret }: UseFact): boolean {
  if (reference?.store !== 'secrets-manager' || !reference.scope) return false;
  if (secret.state !== 'found') return false;
  return use.valueFrom.split(':').slice(0, 7).join(':') !== secret.identity.arn;
}
