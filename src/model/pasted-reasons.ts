import { classifyFailure, failureKey } from './classify-failure.ts';
import type { Scope } from './partition.ts';
import { parameterArn } from './reference.ts';
import { stoppedFromOutside } from './stopped-from-outside.ts';
import type { TaskDefinition } from './task-definition.ts';

/** Members of AWS's answers that hold a reason. */
const reasonMembers = new Set([
  'stoppedReason',
  'reason',
  'message',
  'rolloutStateReason',
  'statusReason',
]);

/**
 * The reasons in a text that somebody pasted: the output of `aws ecs describe-tasks` and the like, or
 * sentences, one a paragraph. Lines that tell different failures are reasons of their own; other lines
 * are one sentence that was broken. What says that a task was stopped from outside is left out.
 */
export function pastedReasons(text: string): string[] {
  const found = fromJson(text) ?? text.split(/\n\s*\n/).flatMap(paragraph);
  const reasons = found
    .map((one) => one.trim())
    .filter((one) => one !== '' && !stoppedFromOutside({ stoppedReason: one }));
  return [...new Map(reasons.map((one) => [failureKey(one), one])).values()];
}

/**
 * A task definition that refers to what a reason names, so that the checks can look at it: the names of
 * family, container and variable are placeholders.
 */
export function definitionNamedBy(text: string, here: Scope): TaskDefinition {
  const role =
    /arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+/.exec(text)?.[0] ?? sessionRole(text, here);
  const region = /Parameter Store in ([a-z]{2}(?:-[a-z]+)+-\d+)/i.exec(text)?.[1] ?? here.region;
  const list = /invalid (?:ssm )?parameters: *([^\s;,]+(?:, *[^\s;,]+)*)/i.exec(text)?.[1];
  const parameters = (list ?? '').split(/, */).map((name) => name.replace(/[.:]+$/, ''));
  const arns =
    text.match(
      /arn:[\w-]+:(?:secretsmanager:[\w-]+:\d{12}:secret:|ssm:[\w-]+:\d{12}:parameter\/)[\w/+=.@!:-]+/g,
    ) ?? [];
  const inRegion = (name: string): string =>
    region === here.region || name.startsWith('arn:')
      ? name
      : parameterArn(name, { ...here, region });
  const references = [...parameters.filter(Boolean).map(inRegion), ...arns.map(withoutPunctuation)];
  return {
    family: 'FAMILY',
    ...(role !== undefined && { executionRoleArn: role }),
    containerDefinitions: [
      {
        name: 'CONTAINER',
        secrets: [...new Set(references)]
          .filter((reference) => reference !== '')
          .map((valueFrom, index) => ({ name: `NAME${index === 0 ? '' : index + 1}`, valueFrom })),
      },
    ],
  };
}

// --- internal ---

/** The role of a session: its path is not told, so that only its name can be looked up. */
function sessionRole(text: string, { partition, account }: Scope): string | undefined {
  const [, of = account, name] = /(?:sts::(\d{12}))?:assumed-role\/([\w+=,.@-]+)/.exec(text) ?? [];
  if (name === undefined || of === account) return name;
  return `arn:${partition}:iam::${of}:role/${name}`;
}

/** An ARN without the punctuation of the sentence it stands in; `:KEY::` is a part of it. */
function withoutPunctuation(arn: string): string {
  const whole = arn.replace(/\.+$/, '');
  return whole.split(':').length === 10 ? whole : whole.replace(/[.:]+$/, '');
}

function fromJson(text: string): string[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof document === 'object' ? reasonsIn(document) : undefined;
}

function reasonsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    if (typeof member !== 'string') return reasonsIn(member);
    if (!reasonMembers.has(key)) return [];
    return tellsOfGood(key, value) && classifyFailure(member).length === 0 ? [] : [member];
  });
}

/** Whether a reason may be one of something that went well, or was asked for. */
function tellsOfGood(key: string, holder: object): boolean {
  const { rolloutState, status, stopCode, stoppedReason } = holder as Record<string, unknown>;
  switch (key) {
    case 'message':
      return true;
    case 'rolloutStateReason':
      return rolloutState !== 'FAILED';
    case 'statusReason':
      return typeof status === 'string' && !/FAIL|ROLLBACK|STOP/.test(status);
    case 'stoppedReason':
      return stoppedFromOutside({
        ...(typeof stopCode === 'string' && { stopCode }),
        ...(typeof stoppedReason === 'string' && { stoppedReason }),
      });
    default:
      return false;
  }
}

function paragraph(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => classifyFailure(line).length > 0);
  return telling.length > 1 ? telling : [lines.join(' ')];
}
