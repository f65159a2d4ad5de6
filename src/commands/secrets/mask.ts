import { isMaskable } from '../../model/secrets/maskable.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import type { World } from '../../world.ts';

/**
 * Has GitHub Actions blank a value out of the job's log, should a later step print it; elsewhere does
 * nothing. Each line counts for itself there. What logs are full of anyway is not masked; see
 * `isMaskable`.
 */
export function mask({ env, stderr }: World, value: SecretValue): void {
  if (!env.GITHUB_ACTIONS) return;
  for (const line of value.reveal().split(/\r\n|\r|\n/)) {
    if (!isMaskable(line)) continue;
    stderr.write(`::add-mask::${line.replaceAll('%', '%25')}\n`, { exact: true });
  }
}
