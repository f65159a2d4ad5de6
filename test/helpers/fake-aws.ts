import type { CloudFormation } from '../../src/aws/cloudformation.ts';
import type { Ecs } from '../../src/aws/ecs.ts';
import type { EventRules } from '../../src/aws/event-rules.ts';
import type { Iam } from '../../src/aws/iam.ts';
import type { Aws } from '../../src/aws/index.ts';
import type { ParameterStore } from '../../src/aws/parameter-store.ts';
import type { Scheduler } from '../../src/aws/scheduler.ts';
import type { SecretsManager } from '../../src/aws/secrets-manager.ts';
import type { StepFunctions } from '../../src/aws/step-functions.ts';
import type { CodeDeploy } from '../../src/aws/code-deploy.ts';

type Gateway<T> = Partial<T> | ((region: string | undefined) => Partial<T>);

/** The calls that a test answers, by service; a function where it depends on the region. */
export interface Answers {
  cloudFormation?: Gateway<CloudFormation>;
  codeDeploy?: Gateway<CodeDeploy>;
  ecs?: Gateway<Ecs>;
  eventRules?: Gateway<EventRules>;
  iam?: Gateway<Iam>;
  parameterStore?: Gateway<ParameterStore>;
  scheduler?: Gateway<Scheduler>;
  secretsManager?: Gateway<SecretsManager>;
  stepFunctions?: Gateway<StepFunctions>;
}

/** An AWS in account 123456789012 and us-east-1 with these calls only; any other one is a fault of the test. */
export function fakeAws(answers: Answers): Aws {
  const gateway = (service: keyof Answers) => (region?: string) => {
    const given = answers[service] ?? {};
    const calls = typeof given === 'function' ? given(region) : given;
    return Promise.resolve(onlyThese(service, calls));
  };
  return onlyThese('aws', {
    caller: () =>
      Promise.resolve({
        ...{ partition: 'aws', region: 'us-east-1', account: '123456789012' },
        arn: 'arn:aws:iam::123456789012:user/ci',
      }),
    cloudFormation: gateway('cloudFormation'),
    codeDeploy: gateway('codeDeploy'),
    ecs: gateway('ecs'),
    eventRules: gateway('eventRules'),
    iam: gateway('iam'),
    parameterStore: gateway('parameterStore'),
    scheduler: gateway('scheduler'),
    secretsManager: gateway('secretsManager'),
    stepFunctions: gateway('stepFunctions'),
  }) as unknown as Aws;
}

/** The same object, but what it lacks is an error and not undefined. */
function onlyThese<T extends object>(what: string, given: T): T {
  return new Proxy(given, {
    get(target, name): unknown {
      // A promise asks what it is resolved with whether that is a promise too.
      if (name in target || name === 'then') return Reflect.get(target, name);
      throw new Error(`${what}.${String(name)} was not expected`);
    },
  });
}
