import { parseArn } from '../../model/secrets/partition.ts';
import type { Environment } from '../service.ts';
import type { Secret, SecretVersion } from './state.ts';

/** The version with a staging label. */
export function staged(secret: Secret, stage: string): SecretVersion | undefined {
  return [...secret.versions.values()].find(({ stages }) => stages.has(stage));
}

/** The labels of a version in responses: absent if there are none (AWS's examples). */
export function labelsOf({ stages }: SecretVersion): string[] | undefined {
  return stages.size > 0 ? [...stages] : undefined;
}

/** Moves a staging label to a version. The version that loses AWSCURRENT becomes AWSPREVIOUS. */
export function moveStage(secret: Secret, stage: string, to: SecretVersion): void {
  const from = staged(secret, stage);
  if (from === to) return;
  from?.stages.delete(stage);
  to.stages.add(stage);
  if (stage !== 'AWSCURRENT') return;
  to.stages.delete('AWSPREVIOUS');
  if (from) moveStage(secret, 'AWSPREVIOUS', from);
}

/**
 * Moves a staging label as `moveStage`, and sends Secrets Manager's event for it: for every label
 * but AWSPENDING and AWSPREVIOUS. `at` is when it was moved, in ms since the epoch.
 */
export function relabel(
  environment: Environment,
  secret: Secret,
  stage: string,
  to: SecretVersion,
  at = environment.now(),
): void {
  if (to.stages.has(stage)) return;
  moveStage(secret, stage, to);
  if (stage === 'AWSPENDING' || stage === 'AWSPREVIOUS') return;
  environment.emit(parseArn(secret.arn)?.region ?? '', {
    source: 'aws.secretsmanager',
    detailType: 'Secret Label Updated',
    at,
    resources: [secret.arn],
    detail: { name: secret.name, labelUpdated: stage, versionId: to.id },
  });
}
