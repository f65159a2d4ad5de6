/** The stack: a CloudFormation template. */
export type AutoRedeployPrintDocument = object;

/** A change of a resource in the stack. */
export interface ChangeDocument {
  action: 'add' | 'modify' | 'replace' | 'remove';
  /** Logical ID of the resource. */
  resource: string;
  /** For example `AWS::StepFunctions::StateMachine`. */
  type: string;
}

/** What was done with the stack. With `--dry-run`: what would be done. */
export interface AutoRedeployDeployDocument {
  /** Name of the stack. */
  stack: string;
  /** `replaced`: a stack whose creation had failed was deleted first. */
  action: 'created' | 'updated' | 'replaced' | 'unchanged';
  dryRun: boolean;
  changes: ChangeDocument[];
  /** Absent with `--dry-run`. */
  stateMachineArn?: string | undefined;
  /** ARN of the topic that reports go to. Absent with `--dry-run`. */
  topicArn?: string | undefined;
}

/** The stack and what it did. */
export interface AutoRedeployStatusDocument {
  stack: {
    name: string;
    arn: string;
    /** As in CloudFormation, for example `CREATE_COMPLETE`. */
    status: string;
    statusReason?: string | undefined;
    createdAt?: Date | undefined;
    updatedAt?: Date | undefined;
  };
  /** Absent if the template of the stack does not contain them. */
  options?: StackOptionsDocument | undefined;
  stateMachineArn?: string | undefined;
  /** ARN of the topic that reports go to. */
  topicArn?: string | undefined;
  /** The last executions of the state machine, newest first. */
  executions: ExecutionDocument[];
  drift: {
    /** Parts of the deployed template that differ from what this release deploys, for example `Resources.StateMachine`. */
    template: string[];
    /** ARNs of services that use the secrets, and that the list in the stack lacks. */
    missingServices: string[];
    /** ARNs of services in that list that do not use the secrets. */
    extraServices: string[];
    /** What could not be looked at, for people. */
    unchecked: string[];
  };
}

/** The options that a stack was deployed with. */
export interface StackOptionsDocument {
  prefixes: string[];
  secrets: string[];
  clusters: string[];
  windowSeconds: number;
  /** Absent if missed changes are not looked for. */
  reconcileSeconds?: number | undefined;
  rollback: boolean;
  maxFailures: number;
  distributed: boolean;
  /** Number of services in the list of the stack. Absent without `--services-from`. */
  services?: number | undefined;
  email?: string | undefined;
}

/** An execution of the state machine. */
export interface ExecutionDocument {
  arn: string;
  /** `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED` or `PENDING_REDRIVE`. */
  status: string;
  startedAt?: Date | undefined;
  stoppedAt?: Date | undefined;
  dryRun: boolean;
  /** ARNs of the secrets that it was about. */
  secrets: string[];
  redeployed: ServiceResultDocument[];
  skipped: ServiceResultDocument[];
  failed: ServiceResultDocument[];
  /** Whether the previous value was made current again. */
  rolledBack: boolean;
  /** Why the execution failed, for people. */
  error?: string | undefined;
}

/** What became of a service. */
export interface ServiceResultDocument {
  /** ARN of the service. */
  service: string;
  /** ID of the deployment. */
  deployment?: string | undefined;
  /** Why it was skipped or failed, for people. */
  reason?: string | undefined;
}

/** What the state machine would do if the secret changed. */
export interface AutoRedeployTestDocument {
  /** ARN of the secret. */
  secret: string;
  /** Whether the rules of the stack match changes of the secret. */
  watched: boolean;
  /** ARN of the execution. */
  execution: string;
  services: {
    /** ARN of the service. */
    service: string;
    action: 'redeploy' | 'skip' | 'fail';
    /** Why it would be skipped, or fail, for people. */
    reason?: string | undefined;
  }[];
}

/** What was done with the stack. */
export interface AutoRedeployRemoveDocument {
  /** Name of the stack. */
  stack: string;
  /** `unchanged`: there was no such stack. */
  action: 'deleted' | 'unchanged';
  /** Whether nothing was deleted: `action` says what would be done. */
  dryRun: boolean;
  /** The resources of its template. */
  resources: {
    /** Logical ID in the template. */
    resource: string;
    /** For example `AWS::SNS::Topic`. */
    type: string;
  }[];
}
