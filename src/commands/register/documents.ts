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
  /** With `--schedules`: the rules and schedules that ran an older revision of the family. */
  schedules?: ScheduleMoveDocument[];
}

/** A rule or schedule that ran an older revision. */
export interface ScheduleMoveDocument {
  kind: 'rule' | 'schedule';
  /** Name of the rule, or `GROUP/NAME` of the schedule. */
  name: string;
  /** ID of the target of a rule. Absent for a schedule. */
  target?: string | undefined;
  /** ARN of the cluster. */
  cluster: string;
  /** The older revision, as the target named it: an ARN. */
  from: string;
  /** ARN of the revision that it is to run. Absent if `--dry-run` would register a new one. */
  to?: string | undefined;
  /** True if it runs that revision now. */
  moved: boolean;
  /** Why it was not moved. Absent if it was, and if `--dry-run` would move it. */
  why?: string | undefined;
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
