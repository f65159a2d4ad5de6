import { createAccess, createDecide, type Allowed, type GuardedService } from './access.ts';
import { createCodeDeploy } from './codedeploy/index.ts';
import { createDispatcher, type Dispatcher } from './dispatch.ts';
import { createEcr } from './ecr/index.ts';
import { createEc2 } from './ec2/index.ts';
import { createEcs, type EcsService } from './ecs/index.ts';
import { createEvents } from './events/index.ts';
import type { Fault } from './faults.ts';
import { createIam } from './iam/index.ts';
import { createKeyRing } from './kms/keys.ts';
import { createKms } from './kms/index.ts';
import { createLoadBalancing } from './load-balancing/index.ts';
import { createLogs } from './logs/index.ts';
import { createScheduler } from './scheduler/index.ts';
import { createSecretsManager, type SecretsManagerService } from './secrets-manager/index.ts';
import type { Environment } from './service.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createSsm } from './ssm/index.ts';
import { createSts } from './sts.ts';
import { createThrottle, publishedRates, type Rate } from './throttle.ts';

/** The settings of an account. Everything has a default. */
export interface AccountOptions {
  /** 12 digits; default: `123456789012`. */
  account?: string | undefined;
  /** Default: `us-east-1`. A request goes to the region in its signature. */
  region?: string | undefined;
  /** Default: the partition of the region. */
  partition?: string | undefined;
  /** Milliseconds since the epoch; default: the clock. */
  now?: (() => number) | undefined;
  /** Request rates: those published by AWS (`true`), or custom ones. Default: off. */
  throttle?: boolean | readonly Rate[] | undefined;
  /** How long a change to a role takes to be effective for tasks, in ms; default: 0. */
  iamDelay?: number | undefined;
  /** Deliberate faults. */
  faults?: readonly Fault[] | undefined;
  /** Random numbers for faults with a `share`, from 0 to below 1; default: Math.random. */
  random?: (() => number) | undefined;
  /** How long the rotation of a secret takes, in ms; default: 200. */
  rotationMs?: number | undefined;
  /** Called with each action that a role requests and is allowed. */
  onAllowed?: ((allowed: Allowed) => void) | undefined;
  /** The speed of tasks and deployments. */
  ecs?: Parameters<typeof createEcs>[1];
}

/** An AWS account in memory, with the services of the sandbox. */
export interface Account {
  environment: Environment;
  region: string;
  dispatcher: Dispatcher;
  ecs: EcsService;
  secrets: SecretsManagerService;
  sessions: Sessions;
}

/** Creates an empty account. Close its `ecs` when done. */
export function createAccount(options: AccountOptions = {}): Account {
  const region = options.region ?? 'us-east-1';
  const now = options.now ?? Date.now;
  const environment: Environment = {
    account: options.account ?? '123456789012',
    partition: options.partition ?? partitionOf(region),
    now,
    invoke: (...call) => dispatcher.invoke(...call),
    emit: (...event) => {
      events.deliver(...event);
    },
  };

  const iam = createIam(environment, options.iamDelay ?? 0);
  const decide = createDecide(environment, (arn) => iam.roles.policiesOf(arn));
  const access = createAccess(environment, decide, options.onAllowed);
  const sessions = createSessions(environment);
  const keys = createKeyRing(environment, access);
  const ecs = createEcs(environment, options.ecs);
  const secrets = createSecretsManager(environment, keys, access, options.rotationMs ?? 200);
  const logs = createLogs(environment);
  const events = createEvents(environment, (...line) => {
    logs.write(...line);
  });
  const services: GuardedService[] = [
    createSsm(environment, keys),
    secrets,
    createKms(environment, keys),
    iam.service,
    createSts(environment, iam.roles, decide, sessions),
    ecs,
    events,
    createScheduler(environment),
    createCodeDeploy(environment),
    logs,
    createEcr(environment),
    createLoadBalancing(environment),
    createEc2(environment),
  ];
  const { throttle = false } = options;
  const rates = throttle === true ? publishedRates : throttle === false ? [] : throttle;
  const dispatcher = createDispatcher({
    services: new Map(services.map((service) => [service.name, service])),
    access,
    throttle: createThrottle(rates, now),
    faults: options.faults ?? [],
    random: options.random ?? Math.random,
    now,
  });
  return { environment, region, dispatcher, ecs, secrets, sessions };
}

// --- internal ---

/** Partitions whose region names differ from those of `aws` (botocore partitions.json). */
const partitions: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
  ['eusc-', 'aws-eusc'],
];

function partitionOf(region: string): string {
  return partitions.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}
