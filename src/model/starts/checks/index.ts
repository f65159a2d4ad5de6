import { checkNames } from '../../failures/finding.ts';
import { checkExistence } from './existence.ts';
import type { Check, Draft, StartFacts } from './facts.ts';
import { checkImages } from './images.ts';
import { checkKeys } from './keys.ts';
import { checkForm } from './limits.ts';
import { checkLoadBalancers } from './load-balancers.ts';
import { checkLogGroups } from './logs.ts';
import { checkPassing } from './passing.ts';
import { checkPlatform } from './platform.ts';
import { checkReach } from './reach.ts';
import { checkReferences } from './references.ts';
import { keyPolicySteps, remedies, type StartReport } from './remedies.ts';
import { checkExecutionRole } from './role.ts';
import { checkTaskRole } from './task-role.ts';
import { checkValues } from './values.ts';
import { distinctBy } from '../../distinct-by.ts';

/** Runs every check of the prerequisites of a task start, for each of several targets. */
export function checkStarts(all: readonly StartFacts[]): StartReport[] {
  const checked = all.map((facts) => ({ facts, drafts: draftsOf(facts) }));
  const keys = keyPolicySteps(checked.flatMap(({ drafts }) => drafts));
  return checked.map(({ facts, drafts }) => remedies(drafts, facts, keys));
}

// --- internal ---

const checks: readonly Check[] = [
  checkReferences,
  checkExistence,
  checkValues,
  checkExecutionRole,
  checkTaskRole,
  checkKeys,
  checkImages,
  checkLogGroups,
  ({ definition, placement }) => checkPlatform(definition, placement),
  checkForm,
  checkLoadBalancers,
  checkPassing,
  checkReach,
];

function draftsOf(facts: StartFacts): Draft[] {
  const drafts = checks.flatMap((check) => check(facts));
  return distinctBy(
    checkNames.flatMap((name) => drafts.filter(({ check }) => check === name)),
    (draft) => JSON.stringify(draft),
  );
}
