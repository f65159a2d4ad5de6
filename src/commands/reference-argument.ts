import { InvalidInput } from '../model/problems.ts';
import { parseReference, type Reference, type Store } from '../model/secrets/reference.ts';
import { setsVariable, valueHint, withoutValue } from '../model/secrets/shown-text.ts';

/**
 * Reads a reference given as an argument. Throws InvalidInput also for `sm:NAME=VALUE`: Secrets Manager
 * takes a "=" in names, and the value would become part of one.
 */
export function referenceArgument(text: string, store: Store | undefined): Reference {
  if (!text.startsWith('arn:') && setsVariable(text)) {
    throw new InvalidInput(
      `"${withoutValue(text)}" sets a value; REF is a name alone`,
      `${valueHint}; a secret that has a "=" in its name is given by its ARN`,
    );
  }
  return parseReference(text, store);
}
