import { isMaskable } from '../../model/secrets/maskable.ts';
import type { SecretValue } from '../../model/secrets/secret-value.ts';
import type { World } from '../../world.ts';

/**
 * Makes GitHub Actions mask a value in the log of the job, in case a later step prints it; does
 * nothing elsewhere. Each line is masked separately. Text that is common in logs is not masked; see
 * `isMaskable`.
 */
export function mask({ env, stderr }: World, value: SecretValue): void {
  if (!env.GITHUB_ACTIONS) return;
  for (const line of value.reveal().split(/\r\n|\r|\n/)) {
    if (!isMaskable(line)) continue;
    stderr.write(`::add-mask::${line.replaceAll('%', '%25')}\n`, { exact: true });
  }
}
