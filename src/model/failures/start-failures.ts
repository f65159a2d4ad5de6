import type { StartFailure } from './start-failure.ts';
import { fileFailures } from './table/files.ts';
import { imageFailures } from './table/images.ts';
import { keyFailures } from './table/keys.ts';
import { logFailures } from './table/logs.ts';
import { networkFailures } from './table/network.ts';
import { parameterFailures } from './table/parameters.ts';
import { roleFailures } from './table/roles.ts';
import { runningFailures } from './table/running.ts';
import { secretFailures } from './table/secrets.ts';
import { serviceFailures } from './table/service-errors.ts';

/**
 * How starts fail, with the messages of ECS (Fargate and agent), SSM, Secrets Manager, KMS and IAM:
 * ECS guide, "stopped tasks errors" and "service event messages"; amazon-ecs-agent (agent/asm,
 * agent/ssm, agent/taskresource); public issues (listed with their sources in
 * test/model/failures/stop-reasons.labels.ts). What a row means for the next tasks stands in it too.
 */
export const startFailures: readonly StartFailure[] = [
  ...keyFailures,
  ...secretFailures,
  ...parameterFailures,
  ...roleFailures,
  ...serviceFailures,
  ...imageFailures,
  ...fileFailures,
  ...networkFailures,
  ...logFailures,
  ...runningFailures,
];
