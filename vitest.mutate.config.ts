import { defineConfig } from 'vitest/config';
import whole from './vitest.config.ts';

// For mutation testing (npm run mutate): the quick tests of the pure parts, and of operations with a fake of AWS, which need no server.
const { env, setupFiles } = whole.test ?? {};
export default defineConfig({
  test: {
    include: [
      'test/model/**/*.test.ts',
      'test/operations/rollout/*.test.ts',
      'test/aws/calls/known-values.test.ts',
    ],
    exclude: [
      '**/policy-formats.test.ts',
      '**/policy-evaluation-independent.test.ts',
      '**/roles/execution-policy.test.ts',
    ],
    isolate: false,
    testTimeout: 120_000,
    ...(env && { env }),
    ...(setupFiles && { setupFiles }),
  },
});
