import type { Finding } from '../../failures/finding.ts';
import type { NetworkFacts, NetworkInterface } from '../network-facts.ts';
import { dnsSuffix, parseArn } from '../../secrets/partition.ts';
import type { ContainerDefinition } from '../../definitions/task-definition.ts';
import { compareVersions, isVersion } from '../version.ts';
import type { Draft, StartFacts } from './facts.ts';
import { checkNetwork, type Destination } from './network.ts';
import { isWindows } from './platform.ts';
import { ecrImage } from '../../definitions/ecr-image.ts';
import { useWords } from '../../definitions/secret-uses.ts';
import { distinctBy } from '../../distinct-by.ts';

/** Whether the tasks reach the services that they need before they start. */
export function checkReach(facts: StartFacts): Draft[] {
  const { network } = facts;
  const destinations = destinationsOf(facts);
  if (destinations.length === 0) return [];
  if (network.state === 'unseen') {
    return [
      {
        check: 'network',
        status: 'not-checked',
        subject: [...new Set(destinations.map(({ service }) => service))].join(', '),
        message: `whether they are reached is not known: ${network.why}`,
        fix: [],
      },
    ];
  }
  const found = network.interfaces.map(({ from, facts: seen }) => {
    const together = network.interfaces.filter((other) => other.facts.vpc === seen.vpc);
    const served = together.flatMap((other) => other.from.subnets);
    const merged = joined(seen, together);
    const own = destinations.filter((to) => from.of === 'instance' || !isByFargate(to, facts));
    return { from, findings: checkNetwork(from, merged, own, [...new Set(served)]) };
  });
  const onFargate = network.interfaces.some(({ from }) => from.of === 'task');
  const others = onFargate ? destinations.filter((to) => isByFargate(to, facts)) : [];
  const of = (kind: NetworkInterface['of']): Finding[] =>
    found.filter(({ from }) => from.of === kind).flatMap(({ findings }) => findings);
  return [...others.map(throughFargate), ...of('task'), ...asInstances(of('instance'))];
}

// --- internal ---

/**
 * Whether Fargate uses its own network interface for it, which reaches everything. Before platform
 * version 1.4.0, Fargate fetched secrets and the credentials for ECR in this way, while layers and
 * logs went through the task's interface (ECS guide, "Migrating to Linux platform version 1.4.0").
 */
function isByFargate({ service }: Destination, { definition, placement }: StartFacts): boolean {
  const { platformVersion: version = 'LATEST' } = placement;
  if (isWindows(definition, placement) === true || !isVersion(version)) return false;
  return (
    compareVersions(version, '1.4.0') < 0 && ['ssm', 'secretsmanager', 'ecr.api'].includes(service)
  );
}

function throughFargate({ service, region }: Destination): Finding {
  return {
    check: 'network',
    status: 'ok',
    subject: `${service} in ${region}`,
    message:
      "reached through a network interface of Fargate's own, not the task's, as before platform version 1.4.0",
    fix: [],
  };
}

/**
 * A service that some instances do not reach only prevents the start of tasks placed on them, as
 * with the features of their agents. This is a warning, as long as another instance may work.
 */
function asInstances(findings: readonly Finding[]): Finding[] {
  const fine = new Set(
    findings.filter(({ status }) => status !== 'problem').map(({ subject }) => subject),
  );
  return findings.map((finding) =>
    finding.status === 'problem' && fine.has(finding.subject)
      ? { ...finding, status: 'warning' }
      : finding,
  );
}

/** Combines the facts of several interfaces about one VPC. */
function joined(facts: NetworkFacts, all: readonly { facts: NetworkFacts }[]): NetworkFacts {
  return {
    ...facts,
    subnets: distinctBy(
      all.flatMap((one) => one.facts.subnets),
      (one) => one.id,
    ),
    securityGroups: distinctBy(
      all.flatMap((one) => one.facts.securityGroups),
      (one) => one.id,
    ),
  };
}

function destinationsOf({ uses, definition, here }: StartFacts): Destination[] {
  const to = (service: Destination['service'], region: string, what: string): Destination => ({
    service,
    region,
    dnsSuffix: dnsSuffix(here.partition),
    for: what,
  });
  const secrets = uses.flatMap(({ use, reference, secret }) => {
    const arn = secret.state === 'found' ? secret.identity.arn : use.valueFrom;
    const { service, region = here.region } = parseArn(arn) ?? {};
    const store = reference?.store === 'secrets-manager' ? 'secretsmanager' : 'ssm';
    const known = service === 'ssm' || service === 'secretsmanager' ? service : store;
    return [to(known, region, useWords(use).join(' '))];
  });
  const containers = definition.containerDefinitions.flatMap((container) => [
    ...imageOf(container, to),
    ...logsOf(container, here.region, to),
  ]);
  return [...secrets, ...containers];
}

type To = (service: Destination['service'], region: string, what: string) => Destination;

function imageOf({ name, image = '' }: ContainerDefinition, to: To): Destination[] {
  const region = ecrImage(image)?.region;
  if (region === undefined) return [];
  // Layers are stored in S3, the rest of an image in ECR (ECR guide, "interface VPC endpoints").
  return (['ecr.api', 'ecr.dkr', 's3'] as const).map((service) =>
    to(service, region, `image of ${name}`),
  );
}

function logsOf(
  { name, logConfiguration: logs }: ContainerDefinition,
  here: string,
  to: To,
): Destination[] {
  if (logs?.logDriver !== 'awslogs') return [];
  return [to('logs', logs.options?.['awslogs-region'] ?? here, `logs of ${name}`)];
}
