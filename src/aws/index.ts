import type { Access, AccessOptions, AccessReport } from './access/access.ts';
import { UsageError } from '../errors.ts';
import type { AwsConfig } from './calls/client.ts';
import type { CloudFormation } from './cloudformation.ts';
import type { CodeDeploy } from './code-deploy.ts';
import type { Ec2 } from './ec2.ts';
import type { Ecr } from './ecr.ts';
import type { Ecs } from './ecs.ts';
import type { EventRules } from './event-rules.ts';
import type { Iam } from './iam.ts';
import type { Kms } from './kms.ts';
import { createKnownValues, type KnownValues } from './calls/known-values.ts';
import type { LoadBalancing } from './load-balancing.ts';
import { InvalidInput } from '../model/problems.ts';
import type { Sourced } from './access/profiles.ts';
import type { Logs } from './logs.ts';
import type { ParameterStore } from './parameter-store.ts';
import { createPacer } from './calls/pacer.ts';
import type { Registries } from './registries/registries.ts';
import type { Scheduler } from './scheduler.ts';
import type { SecretsManager } from './secrets-manager.ts';
import type { StepFunctions } from './step-functions.ts';
import type { Caller } from './sts.ts';
import { translateError } from './calls/translate-error.ts';

export type { AccessOptions, AccessReport } from './access/access.ts';
export type { CallRecord } from './calls/client.ts';
export { createJournal } from './calls/journal.ts';

/**
 * The shared AWS service module: every service's gateway, created once and loaded on first use.
 * Parameter Store, Secrets Manager, KMS, CloudWatch Logs, EC2 and ECR can be requested for a region
 * other than the caller's. All calls throw AwsError.
 */
export interface Aws {
  /** Calls STS only once. */
  caller(): Promise<Caller>;
  /** The settings in effect for access to AWS, and their sources. Makes no call. */
  access(): Promise<AccessReport>;
  parameterStore(region?: string): Promise<ParameterStore>;
  secretsManager(region?: string): Promise<SecretsManager>;
  kms(region?: string): Promise<Kms>;
  logs(region?: string): Promise<Logs>;
  ec2(region?: string): Promise<Ec2>;
  ecr(region?: string): Promise<Ecr>;
  loadBalancing(): Promise<LoadBalancing>;
  /** Registries of images besides ECR; not AWS, and reached through the same proxies. */
  registries(): Promise<Registries>;
  iam(): Promise<Iam>;
  ecs(): Promise<Ecs>;
  eventRules(): Promise<EventRules>;
  scheduler(): Promise<Scheduler>;
  codeDeploy(): Promise<CodeDeploy>;
  cloudFormation(): Promise<CloudFormation>;
  stepFunctions(): Promise<StepFunctions>;
  /** The same services in another region; created once per region. */
  inRegion(region: string): Aws;
}

/** How a run accesses AWS. */
export interface AwsOptions extends Omit<
  AwsConfig,
  'access' | 'before' | 'credentials' | 'pacer' | 'region'
> {
  access: AccessOptions;
  /** Called once, before the first call. */
  onAccess?: ((report: AccessReport) => void) | undefined;
}

/** Creates the service module. Nothing is loaded or called before its first use. */
export function createAws(options: AwsOptions): Aws {
  const { access, onAccess, ...given } = options;
  const config = { ...given, values: given.values ?? createKnownValues() };
  const opened = lazily(async () => {
    const { openAccess } = await import('./access/access.ts');
    const found = await openAccess(access, config, config.values);
    onAccess?.(found.report);
    return found;
  });
  const own = lazily(async () => {
    const { createCallerLookup } = await import('./sts.ts');
    return createCallerLookup(callsOf(config, await opened()))();
  });
  const before = lazily(async () => {
    if (access.account) checkAccount(await own(), access.account);
  });
  return inRegion({ config, opened, own, before }, undefined, new Map());
}

// --- internal ---

/** The parts shared by the services of all regions. */
interface Run {
  config: Omit<AwsConfig, 'access'> & { values: KnownValues };
  opened: () => Promise<Access>;
  /** The caller, without a check of the account. */
  own: () => Promise<Caller>;
  /** Rejects if the account differs from the expected one. */
  before: () => Promise<void>;
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** The settings of calls, which can be made once there are credentials. */
function callsOf(config: Run['config'], access: Access): AwsConfig {
  return {
    ...config,
    access,
    credentials: access.credentials,
    before: async () => {
      await access.credentials();
    },
  };
}

function checkAccount({ account }: Caller, named: Sourced): void {
  if (account === named.value) return;
  throw new UsageError(
    `these credentials are of account ${account}, not of ${named.value} (${named.source}); nothing was done`,
    'ecs-secrets whoami shows where the credentials come from; use others, or change the account',
  );
}

function inRegion(run: Run, region: string | undefined, regions: Map<string, Aws>): Aws {
  const { config, opened, own, before } = run;
  const pacer = createPacer();
  const made = new Map<string, Promise<unknown>>();
  const ready = lazily(async (): Promise<AwsConfig> => {
    const calls = callsOf(config, await opened());
    return {
      ...calls,
      pacer,
      region,
      before: async () => {
        await calls.before?.();
        await before();
      },
    };
  });
  const once = <T>(key: string, make: (config: AwsConfig) => Promise<T>): Promise<T> => {
    const found = made.get(key) as Promise<T> | undefined;
    if (found) return found;
    // A client cannot be created without a region.
    const promise = ready()
      .then(async (calls) => {
        const { beginToConnect } = await import('./access/early-connections.ts');
        await beginToConnect(calls.access, key, calls.region);
        return make(calls);
      })
      .catch((error: unknown) => {
        if (error instanceof InvalidInput) throw error;
        throw translateError(error, { action: key, values: config.values });
      });
    made.set(key, promise);
    return promise;
  };
  return {
    inRegion(other) {
      const found = regions.get(other) ?? inRegion(run, other, regions);
      regions.set(other, found);
      return found;
    },
    access: async () => (await opened()).report,
    caller: () =>
      once('sts', async () => {
        await before();
        const caller = await own();
        return region === undefined ? caller : { ...caller, region };
      }),
    parameterStore: (other) =>
      once(`ssm ${other ?? ''}`, async (calls) =>
        (await import('./parameter-store.ts')).createParameterStore(calls, other),
      ),
    secretsManager: (other) =>
      once(`secretsmanager ${other ?? ''}`, async (calls) =>
        (await import('./secrets-manager.ts')).createSecretsManager(calls, other),
      ),
    kms: (other) =>
      once(`kms ${other ?? ''}`, async (calls) =>
        (await import('./kms.ts')).createKms(calls, other),
      ),
    logs: (other) =>
      once(`logs ${other ?? ''}`, async (calls) =>
        (await import('./logs.ts')).createLogs(calls, other),
      ),
    ec2: (other) =>
      once(`ec2 ${other ?? ''}`, async (calls) =>
        (await import('./ec2.ts')).createEc2(calls, other),
      ),
    ecr: (other) =>
      once(`ecr ${other ?? ''}`, async (calls) =>
        (await import('./ecr.ts')).createEcr(calls, other),
      ),
    loadBalancing: () =>
      once('elasticloadbalancing', async (calls) =>
        (await import('./load-balancing.ts')).createLoadBalancing(calls),
      ),
    registries: () =>
      once('registries', async (calls) =>
        (await import('./registries/registries.ts')).createRegistries(calls),
      ),
    iam: () => once('iam', async (calls) => (await import('./iam.ts')).createIam(calls)),
    ecs: () => once('ecs', async (calls) => (await import('./ecs.ts')).createEcs(calls)),
    eventRules: () =>
      once('events', async (calls) => (await import('./event-rules.ts')).createEventRules(calls)),
    codeDeploy: () =>
      once('codedeploy', async (calls) =>
        (await import('./code-deploy.ts')).createCodeDeploy(calls),
      ),
    cloudFormation: () =>
      once('cloudformation', async (calls) =>
        (await import('./cloudformation.ts')).createCloudFormation(calls),
      ),
    stepFunctions: () =>
      once('states', async (calls) =>
        (await import('./step-functions.ts')).createStepFunctions(calls),
      ),
    scheduler: () =>
      once('scheduler', async (calls) => (await import('./scheduler.ts')).createScheduler(calls)),
  };
}
