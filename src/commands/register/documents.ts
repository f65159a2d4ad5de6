import type { RedeployDocument } from '../rollout/documents.ts';
import type { ServiceDocument } from '../usage/documents.ts';

/** The revision that was registered; with `--service` also what became of the services. */
export interface RegisterDocument extends Partial<RedeployDocument> {
  /** `unchanged` if the latest revision has this content already. */
  action: 'registered' | 'unchanged';
  /** True if nothing was registered because `--dry-run` was given. */
  dryRun: boolean;
  /** ARN of the revision. Absent if `--dry-run` would register a new one. */
  taskDefinitionArn?: string;
  /** The task definition as it is sent to RegisterTaskDefinition. */
  taskDefinition: Record<string, unknown>;
  /** Lines that say what differs from the latest revision, without values; for people. */
  diff: string[];
  /** Services whose deployment failed, and whether they run the revision before again. */
  putBack?: PutBackDocument[];
}

/** Which revision a service was to run, and what became of its deployment. */
export interface DeployRollbackDocument extends RedeployDocument {
  dryRun: boolean;
  /** ARN of the revision that the service ran. Absent if it ran none. */
  from?: string;
  /** ARN of the revision that it is to run. */
  to: string;
}

/** A service whose deployment of a new revision failed. */
export interface PutBackDocument extends ServiceDocument {
  /** ARN of the revision that it ran before. Absent if it ran none. */
  taskDefinitionArn?: string;
  /** Who rolled it back. Absent if it was not rolled back. */
  by?: 'ECS' | 'ecs-secrets';
  /** Why it was not rolled back. Absent if it was. */
  why?: string;
}
