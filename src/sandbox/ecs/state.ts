import type { Environment } from '../service.ts';
import type { DeploymentConfiguration } from './services/configuration.ts';
import type { ContainerInstance } from './tasks/instance-state.ts';
import type { Shift } from './deployments/shift-state.ts';
import type { Ticker } from './ticker.ts';
import type { Timing } from './timing.ts';
import type { Tag } from './tag.ts';

/** A name and the place of its value, in `secrets` and `secretOptions`. */
export interface SecretReference {
  name: string;
  valueFrom: string;
}

/** A container definition: the members this sandbox acts on, and whatever else was registered. */
export interface ContainerDefinition {
  name: string;
  image: string;
  essential?: boolean;
  environment?: { name: string; value: string }[];
  secrets?: SecretReference[];
  logConfiguration?: {
    logDriver: string;
    options?: Record<string, string>;
    secretOptions?: SecretReference[];
  };
  repositoryCredentials?: { credentialsParameter: string };
  dockerLabels?: Record<string, string>;
  portMappings?: { containerPort?: number; hostPort?: number; protocol?: string }[];
  [member: string]: unknown;
}

/** The members of a task definition that a caller registers. */
export interface Registration {
  family: string;
  containerDefinitions: ContainerDefinition[];
  executionRoleArn?: string;
  taskRoleArn?: string;
  networkMode?: string;
  requiresCompatibilities?: string[];
  cpu?: string;
  memory?: string;
  tags?: Tag[];
  [member: string]: unknown;
}

/** One revision of a task definition. */
export interface TaskDefinition {
  arn: string;
  family: string;
  revision: number;
  status: 'ACTIVE' | 'INACTIVE' | 'DELETE_IN_PROGRESS';
  registration: Registration;
  registeredAt: Date;
  deregisteredAt?: Date;
  deleteRequestedAt?: Date;
  tags: Tag[];
}

/** What the caller may set about how tasks of a service or a RunTask are launched. */
export interface LaunchSettings {
  launchType?: string;
  capacityProviderStrategy?: unknown;
  platformVersion?: string;
  networkConfiguration?: unknown;
  /** Of services only. */
  serviceConnectConfiguration?: unknown;
}

/** What one container of a task was started with; its values never leave by a Describe call. */
export interface InjectedContainer {
  name: string;
  environment: Record<string, string>;
  logOptions: Record<string, string>;
}

/** What came of fetching the secrets of a task. */
export type FetchOutcome =
  | { ok: true; containers: InjectedContainer[] }
  | {
      ok: false;
      /** What the task says of it. */
      reason: string;
      /** The container that says more. */
      container?: { name: string; reason: string };
    };

/** One task, running or stopped. */
export interface Task {
  id: string;
  arn: string;
  region: string;
  cluster: Cluster;
  service?: Service;
  /** Undefined where there is always room. */
  instance?: ContainerInstance | undefined;
  definition: TaskDefinition;
  group: string;
  startedBy?: string;
  overrides: TaskOverride;
  settings: LaunchSettings;
  tags: Tag[];
  version: number;
  lastStatus: 'PROVISIONING' | 'PENDING' | 'RUNNING' | 'STOPPING' | 'DEPROVISIONING' | 'STOPPED';
  desiredStatus: 'RUNNING' | 'STOPPED';
  createdAt: number;
  startedAt?: number;
  stoppingAt?: number;
  stoppedAt?: number;
  stopCode?: string;
  stoppedReason?: string;
  exitCodes: Map<string, number>;
  fetched?: FetchOutcome;
  plannedExit?: { container: string; code: number; reason?: string | undefined; at: number };
  /** Whether it ran long enough to count as started. */
  settled: boolean;
}

/** What RunTask may change for one task. */
export interface TaskOverride {
  executionRoleArn?: string;
  taskRoleArn?: string;
  containerOverrides?: {
    name?: string;
    environment?: { name: string; value: string }[];
  }[];
  [member: string]: unknown;
}

/** One deployment of a service, as DescribeServices shows it. */
export interface Deployment {
  id: string;
  status: 'PRIMARY' | 'ACTIVE';
  definition: TaskDefinition;
  settings: LaunchSettings;
  createdAt: number;
  updatedAt: number;
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  rolloutStateReason: string;
  failedTasks: number;
  /** Whether it has had a task that started well, after which failures no longer count. */
  proven: boolean;
  isRollback: boolean;
  /** Rounds of tasks that failed one after another, and when the next may start. */
  failedRounds: number;
  retryAt: number;
  record?: ServiceDeployment;
  /** Its stages, when its tasks run beside the old ones until the end. */
  shift?: Shift | undefined;
}

/** The record of one change of a service, as DescribeServiceDeployments shows it. */
export interface ServiceDeployment {
  arn: string;
  service: Service;
  status: string;
  statusReason?: string;
  createdAt: number;
  updatedAt: number;
  finishedAt?: number;
  stoppedAt?: number;
  target: Deployment;
  sources: Deployment[];
  rollback?: { reason: string; startedAt: Date; serviceRevisionArn: string };
  breaker: { status: string; failureCount: number; threshold: number };
}

/** One ECS service. */
export interface Service {
  name: string;
  arn: string;
  region: string;
  cluster: Cluster;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  controller: string;
  schedulingStrategy: string;
  desiredCount: number;
  definition?: TaskDefinition;
  configuration: DeploymentConfiguration;
  settings: LaunchSettings;
  /** Members that are only stored and shown. */
  members: Record<string, unknown>;
  deployments: Deployment[];
  lastCompleted?: Deployment;
  /** A deployment that was given up while the old tasks still ran; its own are stopping. */
  returning?: Deployment | undefined;
  /** Every deployment there was: a service revision each. */
  history: Deployment[];
  records: ServiceDeployment[];
  /** Tasks that are not STOPPED yet. */
  tasks: Set<Task>;
  events: { id: string; createdAt: Date; message: string }[];
  steady: boolean;
  createdAt: number;
  tags: Tag[];
}

/** One cluster with what lives in it. */
export interface Cluster {
  name: string;
  arn: string;
  status: 'ACTIVE' | 'INACTIVE';
  members: Record<string, unknown>;
  services: Map<string, Service>;
  instances: Map<string, ContainerInstance>;
  tasks: Map<string, Task>;
  prunedAt: number;
  tags: Tag[];
}

/** What one region holds. */
export interface Region {
  clusters: Map<string, Cluster>;
  /** Revisions of each family, in order. */
  families: Map<string, TaskDefinition[]>;
  /** The same of managed daemons, which have task definitions of their own. */
  daemonFamilies: Map<string, TaskDefinition[]>;
  /** By ARN. */
  daemons: Map<string, Daemon>;
  /** Accepted calls of RunTask by their client tokens. */
  runs: Map<string, AcceptedRun>;
}

/** A call of RunTask that started tasks. */
export interface AcceptedRun {
  /** Its parameters as JSON. */
  request: string;
  tasks: Task[];
}

/** One managed daemon. */
export interface Daemon {
  name: string;
  arn: string;
  cluster: Cluster;
  definition: TaskDefinition;
  /** ARNs. */
  capacityProviders: string[];
  /** Counts its updates. */
  revision: number;
  /** Without container instances, it has no tasks; `pending`: no revision is current yet either. */
  withoutTasks: 'no-instances' | 'pending' | undefined;
  createdAt: Date;
}

/** All that the ECS of one sandbox knows. */
export interface World {
  environment: Environment;
  timing: Timing;
  regions: Map<string, Region>;
  /** Services with something left to do. */
  busy: Set<Service>;
  /** Tasks that will change by themselves. */
  moving: Set<Task>;
  ticker: Ticker;
}

/** The state of a region, made on first use. */
export function regionOf(world: World, name: string): Region {
  let region = world.regions.get(name);
  if (!region) {
    region = {
      clusters: new Map(),
      families: new Map(),
      daemonFamilies: new Map(),
      daemons: new Map(),
      runs: new Map(),
    };
    world.regions.set(name, region);
  }
  return region;
}
