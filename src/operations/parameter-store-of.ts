import type { Aws } from '../aws/index.ts';
import type { ParameterStore } from '../aws/parameter-store.ts';
import { CliError } from '../errors.ts';
import { formatReference, type ParameterReference } from '../model/secrets/reference.ts';

/**
 * The Parameter Store of a reference's region. Its calls go by name, to the caller's own account: a
 * reference to another one must not end up there. Throws CliError `wrong-account`.
 */
export async function parameterStoreOf(
  aws: Aws,
  reference: ParameterReference,
): Promise<ParameterStore> {
  const { scope } = reference;
  if (scope) {
    const { account } = await aws.caller();
    if (scope.account !== account) {
      throw new CliError(
        'wrong-account',
        `${formatReference(reference)} belongs to account ${scope.account}; the caller belongs to ${account}`,
        { hint: 'use credentials of that account (--profile)' },
      );
    }
  }
  return aws.parameterStore(scope?.region);
}
