import { InvalidInput } from '../model/problems.ts';
import { parseReference, type Reference, type Store } from '../model/secrets/reference.ts';
import { setsVariable, valueHint, withoutValue } from '../model/secrets/shown-text.ts';

/**
 * Reads a reference given as an argument. Throws InvalidInput also for `sm:NAME=VALUE`: Secrets
 * Manager allows "=" in names, so the value would become part of a name.
 */
export function referenceArgument(text: string, store: Store | undefined): Reference {
  if (!text.startsWith('arn:') && setsVariable(text)) {
    throw new InvalidInput(
      `"${withoutValue(text)}" sets a value, but REF is only a name`,
      `${valueHint}; a secret that has a "=" in its name is given by its ARN`,
    );
  }
  try {
    return parseReference(text, store);
  } catch (error) {
    if (!(error instanceof InvalidInput) || error.hint !== undefined) throw error;
    if (!/^[\w.-]+(\/[\w.-]+)+$/.test(text)) throw error;
    const service = 'to redeploy a service: ecs-secrets redeploy --service CLUSTER/SERVICE';
    const hint = `write /${text}, or sm:${text} for Secrets Manager`;
    throw new InvalidInput(
      error.problems,
      text.split('/').length === 2 ? `${hint}; ${service}` : hint,
    );
  }
}
