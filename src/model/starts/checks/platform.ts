import type { Finding } from '../../failures/finding.ts';
import { checkInstances } from './platform-instances.ts';
import { requiredFeatures, type RequiredFeature } from './platform-features.ts';
import type { Placement } from '../placement.ts';
import type { TaskDefinition } from '../../definitions/task-definition.ts';
import { compareVersions, isVersion } from '../version.ts';

/**
 * Whether the platform of the tasks supports the features of their task definition: the platform
 * version of Fargate, the agents of container instances. No findings if it uses no such feature.
 */
export function checkPlatform(definition: TaskDefinition, placement: Placement): Finding[] {
  const features = requiredFeatures(definition);
  if (features.length === 0) return [];
  const types = new Set(placement.launchTypes);
  const windows = isWindows(definition, placement);
  return [
    ...(types.has('FARGATE') ? checkFargate(features, placement, windows ?? false) : []),
    ...checkInstances(features, placement, windows),
    ...[...types]
      .filter((type) => !looked.has(type))
      .map((type) =>
        notChecked(`launch type ${type}`, 'what its agents support was not looked at'),
      ),
    ...(types.size === 0
      ? [
          notChecked(
            'launch type',
            'neither requiresCompatibilities nor a service says where the tasks will run',
          ),
        ]
      : []),
  ];
}

/**
 * A service's platform family has precedence over the task definition; undefined if neither
 * specifies it, which on your own instances may mean either system.
 */
export function isWindows(
  definition: TaskDefinition,
  { platformFamily }: Placement,
): boolean | undefined {
  const { operatingSystemFamily } = (definition.runtimePlatform ?? {}) as Record<string, unknown>;
  const family = platformFamily ?? operatingSystemFamily;
  return typeof family === 'string' ? /^windows/i.test(family) : undefined;
}

// --- internal ---

/** For others, such as MANAGED_INSTANCES, AWS manages the agents. */
const looked: ReadonlySet<string> = new Set(['FARGATE', 'EC2', 'EXTERNAL']);

const notChecked = (subject: string, message: string): Finding => ({
  check: 'platform',
  status: 'not-checked',
  subject,
  message,
  fix: [],
});

function checkFargate(
  features: readonly RequiredFeature[],
  placement: Placement,
  windows: boolean,
): Finding[] {
  const { platformVersion: version = 'LATEST' } = placement;
  const subject = `Fargate platform version ${version}${windows ? ' on Windows' : ''}`;
  const newest = version.toUpperCase() === 'LATEST';
  if (!newest && !isVersion(version)) {
    return [notChecked(subject, 'what this platform version supports is not known')];
  }
  const unknown = features.filter((one) => windows && one.fargateWindows === 'unknown');
  // Windows has only had platform version 1.0.0, whose number is unrelated to that of Linux.
  const old =
    newest || windows
      ? []
      : features.filter(
          ({ fargate }) => fargate !== undefined && compareVersions(version, fargate) < 0,
        );
  const findings: Finding[] = unknown.map(({ name, places }) =>
    notChecked(subject, `whether it supports ${name} (${places[0] ?? ''}) is not known`),
  );
  if (old.length > 0) {
    const needs = old.map(
      ({ name, fargate = '', places }) => `${name} (${fargate}; ${places[0] ?? ''})`,
    );
    findings.push({
      check: 'platform',
      status: 'problem',
      subject,
      message: `it is too old for ${needs.join(', ')}`,
      fix: newPlatform(placement),
    });
  }
  if (findings.length > 0) return findings;
  const message = 'it supports everything that the task definition uses';
  return [{ check: 'platform', status: 'ok', subject, message, fix: [] }];
}

function newPlatform({ cluster, service, region }: Placement): string[] {
  if (cluster === undefined || service === undefined) return [];
  const where = region === undefined ? '' : ` --region ${region}`;
  return [
    `aws ecs update-service --cluster ${cluster} --service ${service} --platform-version LATEST${where}`,
  ];
}
