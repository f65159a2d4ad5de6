import type { Aws } from '../../aws/index.ts';
import { parameterArn } from '../../model/secrets/reference.ts';
import { relativeName, type Prefix } from '../../model/secrets/prefix.ts';
import type { SecretDetails } from './describe-secret.ts';

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
  const secrets = listed.map(async (found): Promise<SecretDetails> => ({
    store: 'parameter-store',
    name: found.name,
    arn: found.arn ?? parameterArn(found.name, await aws.caller()),
    type: found.type,
    version: found.version,
    tier: found.tier,
    kmsKeyId: found.kmsKeyId,
    description: found.description,
    tags: undefined,
    changedAt: found.changedAt,
    changedBy: found.changedBy,
  }));
  return Promise.all(secrets);
}
