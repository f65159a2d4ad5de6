import { Option } from '@commander-js/extra-typings';
import { fromEnv } from '../../cli.ts';
import type { Store } from '../../model/secrets/reference.ts';

const stores = ['parameter-store', 'secrets-manager'] as const satisfies readonly Store[];

/** `--store`: what a bare NAME means. */
export function storeOption() {
  return fromEnv(new Option('--store <store>', 'what a bare NAME means').choices(stores));
}
