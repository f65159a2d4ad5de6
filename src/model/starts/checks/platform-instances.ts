import type { Finding } from '../../failures/finding.ts';
import { awslogsAttribute, type RequiredFeature } from './platform-features.ts';
import type { ContainerInstance, Placement } from '../placement.ts';
import { compareVersions, isVersion } from '../version.ts';
import { lastPart } from '../../last-part.ts';

/** Whether the agents of container instances support the features of a task definition. */
export function checkInstances(
  features: readonly RequiredFeature[],
  placement: Placement,
  windows: boolean | undefined,
): Finding[] {
  const kinds = kindsOfInstance.filter((kind) => placement.launchTypes.includes(kind));
  if (kinds.length === 0) return [];
  const { instances, instancesUnknown: why } = placement;
  if (instances)
    return kinds.flatMap((kind) => check(features, placement, kind, instances, windows));
  const logs = features.find(({ attributes }) => attributes.includes(awslogsAttribute));
  return [
    notChecked(
      'ECS agent',
      why === undefined
        ? "a task definition alone does not determine the agent's version; verify CLUSTER/SERVICE looks at it"
        : `the agents were not looked at: ${why}`,
    ),
    ...(windows && logs
      ? [
          notChecked(
            logs.places[0] ?? '',
            `on Windows instances awslogs needs the agent's setting ${override}, which was not looked at`,
          ),
        ]
      : []),
  ];
}

/**
 * Whether a task of the kind (`EC2`, `EXTERNAL`) may be placed on an instance, apart from the
 * features of its agent.
 */
export function isUsable(
  instance: ContainerInstance,
  kind: string,
  windows: boolean | undefined,
): boolean {
  const { status, connected, os, attributes } = instance;
  const external = attributes.has('ecs.capability.external');
  const sameOs =
    os === undefined || windows === undefined || (os.toLowerCase() === 'windows') === windows;
  return status === 'ACTIVE' && connected && external === (kind === 'EXTERNAL') && sameOs;
}

// --- internal ---

const kindsOfInstance = ['EC2', 'EXTERNAL'] as const;
const override = 'ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true';

const notChecked = (subject: string, message: string): Finding => ({
  check: 'platform',
  status: 'not-checked',
  subject,
  message,
  fix: [],
});

/**
 * An instance, and the features that it lacks: by its version, by its configuration, or possibly.
 */
interface Seen {
  instance: ContainerInstance;
  old: RequiredFeature[];
  notAnnounced: RequiredFeature[];
  unknown: RequiredFeature[];
}

function check(
  features: readonly RequiredFeature[],
  placement: Placement,
  kind: 'EC2' | 'EXTERNAL',
  instances: readonly ContainerInstance[],
  windows: boolean | undefined,
): Finding[] {
  const where = placement.cluster === undefined ? 'the cluster' : lastPart(placement.cluster);
  const subject = `${kind === 'EC2' ? 'container' : 'external'} instances of ${where}`;
  const usable = instances.filter((one) => isUsable(one, kind, windows));
  if (usable.length === 0) {
    return [
      notChecked(subject, 'no instance is connected and accepts tasks, so no agent was checked'),
    ];
  }
  const seen = usable.map((instance) => look(instance, features));
  const old = seen.filter((one) => one.old.length > 0);
  const notAnnounced = seen.filter((one) => one.notAnnounced.length > 0);
  const unable = seen.filter((one) => one.old.length + one.notAnnounced.length > 0);
  const unknown = seen.filter((one) => !unable.includes(one) && one.unknown.length > 0);

  const allUnable = unable.length === seen.length;
  const finding = (
    message: string,
    lacking: readonly RequiredFeature[],
    fix: string[],
  ): Finding => ({
    check: 'platform',
    status: allUnable ? 'problem' : 'warning',
    subject,
    message,
    fix,
    // ECS checks attributes, not versions.
    ...(allUnable &&
      lacking.some(({ attributes }) => attributes.length > 0) && { failure: 'attribute-missing' }),
  });
  const findings: Finding[] = [];
  if (old.length > 0) {
    const lacking = together(features, old, 'old');
    const needs = lacking.map(
      ({ name, agent, places }) => `${name} (${agent}; ${places[0] ?? ''})`,
    );
    const message = `on ${part(old, seen)} the agent is too old for ${needs.join(', ')}`;
    findings.push(finding(message, lacking, kind === 'EC2' ? updates(old, placement) : []));
  }
  if (notAnnounced.length > 0) {
    const lacking = together(features, notAnnounced, 'notAnnounced');
    const needs = lacking.map(({ name, places }) => `${name} (${places[0] ?? ''})`);
    const logs = lacking.some(({ attributes }) => attributes.includes(awslogsAttribute));
    const message = `on ${part(notAnnounced, seen)} the agent does not announce support for ${needs.join(', ')}`;
    findings.push(
      finding(logs ? `${message}; awslogs needs its setting ${override}` : message, lacking, []),
    );
  }
  if (unknown.length > 0) {
    const message = `the version of the agent is not known of ${part(unknown, seen)}`;
    findings.push(notChecked(subject, message));
  }
  if (findings.length > 0) return findings;
  const message = 'every connected one supports everything that the task definition uses';
  return [{ check: 'platform', status: 'ok', subject, message, fix: [] }];
}

function look(instance: ContainerInstance, features: readonly RequiredFeature[]): Seen {
  const seen: Seen = { instance, old: [], notAnnounced: [], unknown: [] };
  const { agentVersion: version = '', attributes } = instance;
  for (const feature of features) {
    // ECS uses the attributes; the version explains a missing one, and features without an
    // attribute.
    const announces = feature.attributes.every((name) => attributes.has(name));
    if (feature.attributes.length > 0 && announces) continue;
    if (isVersion(version) && compareVersions(version, feature.agent) < 0) seen.old.push(feature);
    else if (!announces) seen.notAnnounced.push(feature);
    else if (!isVersion(version)) seen.unknown.push(feature);
  }
  return seen;
}

/** The features that any of these instances lacks, in their order. */
function together(
  features: readonly RequiredFeature[],
  seen: readonly Seen[],
  why: 'old' | 'notAnnounced',
): RequiredFeature[] {
  return features.filter((feature) => seen.some((one) => one[why].includes(feature)));
}

/** `2 of 3 (i-1 with agent 1.20.0, i-2 with agent 1.19.0)`; of many, only the first. */
function part(some: readonly Seen[], all: readonly Seen[]): string {
  const named = some.slice(0, mostNamed).map(({ instance }) => {
    const id = instance.ec2InstanceId ?? lastPart(instance.arn);
    return instance.agentVersion === undefined ? id : `${id} with agent ${instance.agentVersion}`;
  });
  const others = some.length - named.length;
  const list = [...named, ...(others > 0 ? [`${others} more`] : [])].join(', ');
  return `${some.length} of ${all.length} (${list})`;
}

const mostNamed = 3;

/** UpdateContainerAgent only supports Linux instances in EC2. */
function updates(seen: readonly Seen[], { cluster, region }: Placement): string[] {
  if (cluster === undefined) return [];
  const where = region === undefined ? '' : ` --region ${region}`;
  return seen
    .filter(({ instance }) => instance.os?.toLowerCase() !== 'windows')
    .map(
      ({ instance: { arn } }) =>
        `aws ecs update-container-agent --cluster ${cluster} --container-instance ${arn}${where}`,
    );
}
