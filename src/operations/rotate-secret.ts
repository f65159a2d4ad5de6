import type { Aws } from '../aws/index.ts';
import { Interrupted } from '../errors.ts';
import type { Reference } from '../model/reference.ts';
import { findConsumers, type Consumer, type ConsumerFilter } from './find-consumers.ts';
import { putSecret, type PutOutcome, type PutRequest } from './put-secret.ts';
import {
  redeployServices,
  type RedeployOptions,
  type RedeployOutcome,
} from './redeploy-services.ts';
import { resolveReference, type ResolvedSecret } from './resolve-references.ts';

/** What is rotated, and how the services come to the new value. */
export interface RotateRequest {
  reference: Reference;
  put: PutRequest;
  filter: ConsumerFilter;
  /** Undefined: the services are only listed. */
  redeploy: RedeployOptions | undefined;
  interrupted: AbortSignal;
  /** Called when the consumers are known, before anything is written. */
  onConsumers: (consumers: readonly Consumer[]) => void;
  /** Called when the value is stored. */
  onStored: (outcome: PutOutcome) => void;
}

export interface RotateOutcome {
  secret: ResolvedSecret;
  put: PutOutcome;
  consumers: Consumer[];
  /** Undefined when no redeployment was asked for. */
  redeploy: RedeployOutcome | undefined;
}

/**
 * Stores a new value of an existing secret and, if asked, redeploys every service that refers to
 * it. All that can fail without a write comes first: the secret and its consumers are looked up
 * before the value is stored. `put.previousVersion` is what a rollback would go back to.
 */
export async function rotateSecret(aws: Aws, request: RotateRequest): Promise<RotateOutcome> {
  const secret = await resolveReference(aws, request.reference);
  const consumers = await findConsumers(aws, secret, request.filter);
  request.onConsumers(consumers);
  if (request.interrupted.aborted) throw new Interrupted('interrupted; nothing was stored');
  const put = await putSecret(aws, request.reference, { ...request.put, only: 'update' });
  request.onStored(put);
  const redeploy = request.redeploy && (await redeployServices(aws, consumers, request.redeploy));
  return { secret, put, consumers, redeploy };
}
