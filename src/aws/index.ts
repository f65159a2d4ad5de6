import type { AwsConfig } from './calls/client.ts';
import type { CodeDeploy } from './code-deploy.ts';
import type { Ec2 } from './ec2.ts';
import type { Ecs } from './ecs.ts';
import type { EventRules } from './event-rules.ts';
import type { Iam } from './iam.ts';
import type { Kms } from './kms.ts';
import { createKnownValues } from './calls/known-values.ts';
import type { Logs } from './logs.ts';
import type { ParameterStore } from './parameter-store.ts';
import { createPacer } from './calls/pacer.ts';
import type { Scheduler } from './scheduler.ts';
import type { SecretsManager } from './secrets-manager.ts';
import type { Caller } from './sts.ts';
import { translateError } from './calls/translate-error.ts';

export type { AwsConfig, CallRecord } from './calls/client.ts';
export { createJournal } from './calls/journal.ts';

/**
 * The shared AWS service module: every service's gateway, made once and loaded on first use.
 * Parameter Store, Secrets Manager, KMS, CloudWatch Logs and EC2 can be asked for in another region than
 * the caller's.
 * All their calls throw AwsError.
 */
export interface Aws {
  /** Asks STS once. */
  caller(): Promise<Caller>;
  parameterStore(region?: string): Promise<ParameterStore>;
  secretsManager(region?: string): Promise<SecretsManager>;
  kms(region?: string): Promise<Kms>;
  logs(region?: string): Promise<Logs>;
  ec2(region?: string): Promise<Ec2>;
  iam(): Promise<Iam>;
  ecs(): Promise<Ecs>;
  eventRules(): Promise<EventRules>;
  scheduler(): Promise<Scheduler>;
  codeDeploy(): Promise<CodeDeploy>;
  /** The same services in another region; made once for each region. */
  inRegion(region: string): Aws;
}

/** Makes the service module. Nothing is loaded or called before it is used. */
export function createAws(given: AwsConfig): Aws {
  const values = given.values ?? createKnownValues();
  const config = { ...given, values, pacer: createPacer() };
  const made = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const found = made.get(key) as Promise<T> | undefined;
    if (found) return found;
    // Without a region a client cannot even be made.
    const promise = make().catch((error: unknown) => {
      throw translateError(error, { action: key, values });
    });
    made.set(key, promise);
    return promise;
  };
  const elsewhere = new Map<string, Aws>();
  return {
    inRegion(region) {
      const found = elsewhere.get(region) ?? createAws({ ...given, values, region });
      elsewhere.set(region, found);
      return found;
    },
    caller: () =>
      once('caller', async () => (await import('./sts.ts')).createCallerLookup(config)()),
    parameterStore: (region) =>
      once(`ssm ${region ?? ''}`, async () =>
        (await import('./parameter-store.ts')).createParameterStore(config, region),
      ),
    secretsManager: (region) =>
      once(`secretsmanager ${region ?? ''}`, async () =>
        (await import('./secrets-manager.ts')).createSecretsManager(config, region),
      ),
    kms: (region) =>
      once(`kms ${region ?? ''}`, async () => (await import('./kms.ts')).createKms(config, region)),
    logs: (region) =>
      once(`logs ${region ?? ''}`, async () =>
        (await import('./logs.ts')).createLogs(config, region),
      ),
    ec2: (region) =>
      once(`ec2 ${region ?? ''}`, async () => (await import('./ec2.ts')).createEc2(config, region)),
    iam: () => once('iam', async () => (await import('./iam.ts')).createIam(config)),
    ecs: () => once('ecs', async () => (await import('./ecs.ts')).createEcs(config)),
    eventRules: () =>
      once('events', async () => (await import('./event-rules.ts')).createEventRules(config)),
    codeDeploy: () =>
      once('codedeploy', async () => (await import('./code-deploy.ts')).createCodeDeploy(config)),
    scheduler: () =>
      once('scheduler', async () => (await import('./scheduler.ts')).createScheduler(config)),
  };
}
