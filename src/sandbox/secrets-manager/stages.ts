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
