import { Option } from '@commander-js/extra-typings';
import { fromEnv } from '../../cli.ts';
import type { Store } from '../../model/secrets/reference.ts';

const stores = ['parameter-store', 'secrets-manager'] as const satisfies readonly Store[];

/** `--store`: the store of a bare NAME. */
export function storeOption() {
  return fromEnv(new Option('--store <store>', 'store of a bare NAME').choices(stores));
}
