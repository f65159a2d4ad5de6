import { loosely } from './loosely.ts';
import type { Scope } from '../secrets/partition.ts';
import { parameterArn } from '../secrets/reference.ts';
import type { TaskDefinition } from '../definitions/task-definition.ts';
import { touchesSeam, wordsAtSeams, type Unwrapped } from './unwrap.ts';
import { withoutEnd } from '../without-end.ts';

/** What a reason refers to. */
export interface Named {
  /** Has the role and the secrets; family, container and variables have placeholder names. */
  definition: TaskDefinition;
  /** Whether line ends may have cut names. Such names are omitted, so commands would lack them. */
  hasCutNames: boolean;
}

/** A task definition that refers to what a reason names, as input for the checks. */
export function definitionNamedBy(reason: Unwrapped, here: Scope): Named {
  const { text } = reason;
  const role = roleIn(reason, here);
  const parameters = parametersIn(reason, here);
  const arns = whole(
    reason,
    text.matchAll(
      /arn:[\w-]+:(?:secretsmanager:[\w-]+:\d{12}:secret:|ssm:[\w-]+:\d{12}:parameter\/)[\w/+=.@!:-]+/g,
    ),
  ).map(([arn]) => withoutPunctuation(arn));
  const references = [...new Set([...parameters.names, ...arns])].filter(Boolean);
  return {
    definition: {
      family: 'FAMILY',
      ...(role !== undefined && { executionRoleArn: role }),
      containerDefinitions: [
        {
          name: 'CONTAINER',
          secrets: references.map((valueFrom, index) => ({
            name: `NAME${index === 0 ? '' : index + 1}`,
            valueFrom,
          })),
        },
      ],
    },
    hasCutNames: parameters.areCut || wordsAtSeams(reason).some((word) => isPartOfName.test(word)),
  };
}

// --- internal ---

/** The matches that no line end can have cut. */
function whole(reason: Unwrapped, found: Iterable<RegExpExecArray>, offset = 0): RegExpExecArray[] {
  return [...found].filter(({ 0: match, index }) => {
    const start = offset + index;
    return !touchesSeam(reason, start, start + match.length);
  });
}

/** A path, an ARN, or the middle of one; IAM actions match too. */
const isPartOfName = /[\w.-][/:][\w.-]|^\W*\//;

function roleIn(reason: Unwrapped, { partition, account }: Scope): string | undefined {
  const [role] = whole(reason, reason.text.matchAll(/arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+/g));
  if (role) return role[0];
  const [session] = whole(
    reason,
    reason.text.matchAll(/(?:sts::(\d{12}))?:assumed-role\/([\w+=,.@-]+)/g),
  );
  if (!session) return undefined;
  // The text does not contain the path of a session's role, so only the role name can be looked up.
  const [, of = account, name] = session;
  return of === account ? name : `arn:${partition}:iam::${of}:role/${name}`;
}

const inRegion = new RegExp(`${loosely('Parameter Store in')}\\s*(\\S+)`, 'gi');
const invalid = new RegExp(
  `${loosely('invalid')}\\s*(?:${loosely('ssm')}\\s*)?${loosely('parameters:')} *([^\\s;,]+(?:, *[^\\s;,]+)*)`,
  'gi',
);

function parametersIn(reason: Unwrapped, here: Scope): { names: string[]; areCut: boolean } {
  const regions = [...reason.text.matchAll(inRegion)];
  let areCut = false;
  const names = [...reason.text.matchAll(invalid)].flatMap(({ 0: all, 1: list = '', index }) => {
    const told = regions.findLast((one) => one.index < index);
    const name = told?.[1] ?? '';
    const end = told ? told.index + told[0].length : 0;
    const [region = here.region] = /^[a-z]{2}(?:-[a-z]+)+-\d+/.exec(name) ?? [];
    const isRegionCut = told !== undefined && touchesSeam(reason, end - name.length, end);
    const listed = [...list.matchAll(/[^\s;,]+/g)];
    const found = isRegionCut ? [] : whole(reason, listed, index + all.length - list.length);
    areCut ||= found.length < listed.length;
    return found
      .map(([parameter]) => withoutEnd(parameter, '.:'))
      .map((parameter) =>
        region === here.region || parameter === '' || parameter.startsWith('arn:')
          ? parameter
          : parameterArn(parameter, { ...here, region }),
      );
  });
  return { names, areCut };
}

/** An ARN without the punctuation of the surrounding sentence; `:KEY::` is part of the ARN. */
function withoutPunctuation(arn: string): string {
  const whole = withoutEnd(arn, '.');
  return whole.split(':').length === 10 ? whole : withoutEnd(whole, '.:');
}
