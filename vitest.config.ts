import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Tests that go through every call, permission or answer in turn, or make cases at random: a quarter of the time of all.
 * `npm run test:sweeps` runs them, as CI does after the other tests.
 */
const sweeps = [
  'test/reader-leaks.test.ts',
  'test/commands/leak-matrix.test.ts',
  'test/commands/mutated-answers.test.ts',
  'test/commands/write-faults.test.ts',
  'test/commands/roles/caller-policy.test.ts',
  'test/commands/roles/role-proof.test.ts',
  'test/commands/rollout/interrupted-rotation.test.ts',
  'test/commands/rollout/rotation-sweep.test.ts',
  'test/model/roles/execution-policy.test.ts',
  'test/model/roles/policy-evaluation-independent.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'tests', include: ['test/**/*.test.ts'], exclude: sweeps } },
      { extends: true, test: { name: 'sweeps', include: sweeps } },
    ],
    // More workers than cores: many tests wait for servers, deployments and other programs.
    maxWorkers: 2 * availableParallelism(),
    // A worker loads the modules once for all its files, so a file has to undo what it changes outside.
    isolate: false,
    setupFiles: ['test/helpers/shared-process.ts'],
    globalSetup: ['test/helpers/global-setup.ts'],
    // For what hangs. Much less would fail tests on a busy machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: {
      // No test may find the credentials, the configuration or the region of whoever runs it.
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  },
});
