import { byRegion } from '../by-region.ts';
import { page, type Page } from '../protocol/page.ts';
import { ServiceError, type Environment } from '../service.ts';

/** An application with its deployment groups by name. */
export interface Application {
  id: string;
  name: string;
  platform: string;
  groups: Map<string, DeploymentGroup>;
}

/** An ECS service, as named by a deployment group. */
export interface EcsTarget {
  clusterName: string;
  serviceName: string;
}

/** A deployment group; `members` are stored unchanged. */
export interface DeploymentGroup {
  id: string;
  name: string;
  ecsServices: EcsTarget[];
  /** How long the old tasks continue after the traffic has moved, in minutes. */
  waitMinutes: number;
  members: Record<string, unknown>;
  /** The revision of the latest deployment. */
  targetRevision?: unknown;
}

/** A deployment to one ECS service. */
export interface Deployment {
  id: string;
  application: string;
  group: DeploymentGroup;
  target: EcsTarget;
  revision: unknown;
  description: string | undefined;
  created: Date;
  started: Date | undefined;
  completed: Date | undefined;
  status: 'Created' | 'InProgress' | 'Succeeded' | 'Failed' | 'Stopped';
  error: { code: string; message: string } | undefined;
  /** The ECS deployment that runs its tasks; undefined if it could not be started. */
  replacement: string | undefined;
}

/** The state of CodeDeploy in one region. */
export interface Region {
  applications: Map<string, Application>;
  deployments: Map<string, Deployment>;
}

/** The parts shared by the operations of CodeDeploy. */
export interface CodeDeployWorld {
  environment: Environment;
  region: (name: string) => Region;
}

/** Creates an empty CodeDeploy. */
export function createCodeDeployWorld(environment: Environment): CodeDeployWorld {
  return {
    environment,
    region: byRegion((): Region => ({ applications: new Map(), deployments: new Map() })),
  };
}

/** An application; throws ApplicationDoesNotExistException. */
export function getApplication(world: CodeDeployWorld, region: string, name: string): Application {
  const application = world.region(region).applications.get(name);
  if (!application) {
    throw new ServiceError(
      'ApplicationDoesNotExistException',
      `No application found for name: ${name}`,
    );
  }
  return application;
}

/** A deployment group; throws DeploymentGroupDoesNotExistException. */
export function getGroup(application: Application, name: string): DeploymentGroup {
  const group = application.groups.get(name);
  if (!group) {
    throw new ServiceError(
      'DeploymentGroupDoesNotExistException',
      `No Deployment Group found for name: ${name}`,
    );
  }
  return group;
}

/** A page of 100 names; throws InvalidNextTokenException. */
export function cut(names: readonly string[], token: string | undefined): Page<string> {
  const found = page(names, (name) => name, token, 100);
  if (!found) throw new ServiceError('InvalidNextTokenException', 'The next token is invalid.');
  return found;
}
