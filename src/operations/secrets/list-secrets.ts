import type { Aws } from '../../aws/index.ts';
import { relativeName, type Prefix } from '../../model/secrets/prefix.ts';
import { parameterDetails, type SecretDetails } from './describe-secret.ts';

/**
 * The secrets below a prefix, sorted by name. The list of Parameter Store does not include tags:
 * they are undefined.
 */
export async function listSecrets(aws: Aws, prefix: Prefix): Promise<SecretDetails[]> {
  if (prefix.store === 'secrets-manager') {
    const manager = await aws.secretsManager();
    const listed = await manager.list(prefix.path === '' ? '' : `${prefix.path}/`);
    return listed
      .filter(({ name }) => relativeName(prefix, name) !== undefined)
      .map(({ currentVersionId: version, ...details }) => ({
        store: 'secrets-manager',
        ...details,
        version,
      }));
  }
  const store = await aws.parameterStore();
  const listed = await store.list(prefix.path === '' ? undefined : { path: prefix.path });
  // An answer without ARNs needs the account.
  const here = listed.some(({ arn }) => arn === undefined) ? await aws.caller() : unused;
  return listed.map((found) => parameterDetails(found, here));
}

// --- internal ---

const unused = { partition: '', region: '', account: '' };
