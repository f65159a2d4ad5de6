import { commandLine } from '../shell.ts';
import { isPinned, type Reference } from '../secrets/reference.ts';
import { shortReference } from './declared.ts';

/**
 * The commands that store values for these secrets, one for each: in one command for several
 * environments, piped input would be the value of all. None for a version of a secret, and for an ARN
 * of a secret, which AWS chooses.
 */
export function fillingCommands(references: readonly Reference[]): string[] {
  const written = references.filter(isSettable).map(shortReference);
  return [...new Set(written)].map((one) => commandLine(['ecs-secrets', 'put', one]));
}

// --- internal ---

function isSettable(reference: Reference): boolean {
  if (reference.store === 'parameter-store') return true;
  return reference.scope === undefined && !isPinned(reference) && !reference.versionStage;
}
