import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import type { Ecs, Revision } from '../../aws/ecs.ts';
import type { Service } from '../../aws/ecs-answers.ts';
import { CliError, isPassing } from '../../errors.ts';
import { lastPart } from '../../model/last-part.ts';
import { isDaemonDefinition } from '../../model/usage/daemon.ts';
import { whyUnseen } from '../if-allowed.ts';
import {
  fingerprintOf,
  plaintextIn,
  plaintextOfServiceConnect,
  type PlaintextFinding,
} from '../../model/definitions/plaintext-findings.ts';
import { describeTaskDefinition } from '../definitions/read-task-definition.ts';
import type { OnProgress } from '../progress.ts';
import { scan, type Scan } from '../usage/scan.ts';
import { serviceName } from '../usage/service-name.ts';
import { revisionOrReason, unknownWords } from '../usage/unknown.ts';

/** A finding and the source of its task definition. */
export interface AuditFinding extends PlaintextFinding {
  family?: string | undefined;
  revision?: number;
  /** ARN of the revision; undefined for a file. */
  taskDefinition?: string;
  /** Name of the resource or service in a file of another format, e.g. of a template. */
  resource?: string;
  /** `CLUSTER/SERVICE` of a finding that stands on a service, and not in a task definition. */
  service?: string;
  /** Path of the file, or `-`; undefined for a revision. */
  file?: string;
  /** Line of the place in its file, from 1. */
  line?: number;
  column?: number;
  /**
   * `CLUSTER/SERVICE` of all services that run the revision; undefined if they were not searched.
   */
  services?: string[];
  /** Identifies the finding in a baseline; see `fingerprintOf`. */
  fingerprint: string;
}

/** The findings of an audit, and how much it checked. */
export interface Audit {
  findings: AuditFinding[];
  looked: { families: number; revisions: number; files: number };
  /** What may not be looked at, with the reason, for people. */
  unchecked: string[];
}

/** What to audit in AWS. Without families and clusters: all families of the region. */
export interface AuditScope {
  families: readonly string[];
  /** Instead of families: audit what the services and running tasks of these clusters run. */
  clusters: readonly string[];
  /** Include older revisions, ACTIVE and INACTIVE. */
  allRevisions: boolean;
  /** Whether to search for the services that run the revisions with findings. */
  services: boolean;
}

/**
 * Searches task definitions in AWS for plaintext secrets: the latest ACTIVE revision of each family
 * and, if services are searched, every revision that a service runs. Throws CliError
 * `task-definition-not-found`.
 */
export async function auditAws(
  aws: Aws,
  scope: AuditScope,
  onProgress: OnProgress,
): Promise<Audit> {
  const ecs = await aws.ecs();
  const inClusters = scope.clusters.length > 0;
  const running =
    inClusters || scope.services
      ? await scan(
          aws,
          { clusters: scope.clusters, services: [] },
          { onProgress, daemons: true, ...(inClusters && { tasks: 'required' as const }) },
        )
      : undefined;
  const chosen = new Set(scope.families.map(familyOf));
  const runningArns = [...(running?.revisions.keys() ?? [])].filter(
    (arn) => chosen.size === 0 || chosen.has(familyOf(arn)),
  );
  const wanted = new Set(runningArns);
  const unchecked = unknownWords(running?.unknown ?? []);
  if (!inClusters && scope.families.length === 0) {
    const listed = await orReason(ecs.daemonFamilies({ all: scope.allRevisions }));
    if (typeof listed === 'string') unchecked.push(`task definitions of daemons (${listed})`);
    else for (const arn of listed) wanted.add(arn);
  }
  if (!inClusters || scope.allRevisions) {
    const families = inClusters
      ? [...new Set(runningArns.filter((arn) => !isDaemonDefinition(arn)).map(familyOf))]
      : scope.families;
    for (const id of await revisionsOf(ecs, families, scope.allRevisions)) wanted.add(id);
  }

  const services = scope.services && running ? servicesByRevision(running) : undefined;
  const findings = new Map<string, AuditFinding[]>();
  await pMap(
    wanted,
    async (id) => {
      const revision = running?.revisions.get(id) ?? (await describe(id, aws, scope));
      if (typeof revision === 'string') unchecked.push(`${auditedName(id)} (${revision})`);
      if (typeof revision !== 'object') return;
      findings.set(revision.arn, findingsIn(revision, services?.get(revision.arn)));
      onProgress({ step: 'auditing task definitions', done: findings.size, total: wanted.size });
    },
    { concurrency: atOnce },
  );
  const arns = [...findings.keys()].sort(byFamilyAndRevision);
  return {
    findings: [
      ...arns.flatMap((arn) => findings.get(arn) ?? []),
      ...(running?.services ?? [])
        .filter(
          ({ taskDefinition = '' }) => chosen.size === 0 || chosen.has(familyOf(taskDefinition)),
        )
        .flatMap(onService),
    ],
    unchecked: [...new Set(unchecked)],
    looked: { families: new Set(arns.map(familyOf)).size, revisions: arns.length, files: 0 },
  };
}

/** A revision as people know it: `web:3`, or `daemon agent:1` of a managed daemon. */
export function auditedName(arn: string): string {
  const name = lastPart(arn);
  return isDaemonDefinition(arn) ? `daemon ${name}` : name;
}

// --- internal ---

/** Maximum concurrent calls; the pacer of `aws` keeps the published rates. */
const atOnce = 8;

async function orReason<T extends object>(call: Promise<T>): Promise<T | string> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof CliError) || isPassing(error)) throw error;
    return whyUnseen(error);
  }
}

/** The findings that stand on a service itself. */
function onService(service: Service): AuditFinding[] {
  const name = serviceName(service);
  return plaintextOfServiceConnect(service.serviceConnectOptions ?? {}).map((finding) => ({
    service: name,
    ...finding,
    services: [name],
    fingerprint: fingerprintOf(`service ${name}`, finding),
  }));
}

/** What to describe: family names for their latest revisions, or ARNs. */
async function revisionsOf(
  ecs: Ecs,
  families: readonly string[],
  all: boolean,
): Promise<readonly string[]> {
  if (!all) return families.length > 0 ? families : ecs.families();
  const found = await pMap(
    families.length > 0 ? families.map(familyOf) : [undefined],
    async (family) => {
      const lists = await Promise.all([
        ecs.revisions('ACTIVE', family),
        ecs.revisions('INACTIVE', family),
      ]);
      const arns = lists.flat();
      if (family !== undefined && arns.length === 0) throw noFamily(family);
      return arns;
    },
    { concurrency: atOnce },
  );
  return found.flat();
}

/**
 * Describes a revision. Ignores a listed revision that was deleted meanwhile, but not a named one.
 * For a daemon's that cannot be described, the reason.
 */
async function describe(
  id: string,
  aws: Aws,
  scope: AuditScope,
): Promise<Revision | string | undefined> {
  if (isDaemonDefinition(id)) return revisionOrReason(aws, id);
  return scope.families.includes(id)
    ? describeTaskDefinition(id, aws)
    : (await aws.ecs()).taskDefinition(id);
}

function noFamily(family: string): CliError {
  return new CliError('task-definition-not-found', `there is no task definition ${family}`);
}

function findingsIn(
  { arn, definition }: Revision,
  services: readonly string[] | undefined,
): AuditFinding[] {
  const family = familyOf(arn);
  return plaintextIn(definition).map((finding) => ({
    family,
    revision: revisionNumber(arn),
    taskDefinition: arn,
    ...finding,
    ...(services && { services: [...services] }),
    fingerprint: fingerprintOf(isDaemonDefinition(arn) ? `daemon ${family}` : family, finding),
  }));
}

/**
 * Names of services by the ARN of the revision that they run; empty for a revision without
 * services.
 */
function servicesByRevision({ services }: Scan): { get(arn: string): string[] } {
  const names = new Map<string, string[]>();
  for (const service of services) {
    const arn = service.taskDefinition ?? '';
    names.set(arn, [...(names.get(arn) ?? []), serviceName(service)].sort());
  }
  return { get: (arn) => names.get(arn) ?? [] };
}

/** `web` for `web`, `web:3` and `arn:…:task-definition/web:3`. */
function familyOf(id: string): string {
  return id.replace(/^arn:.*\//, '').replace(/:\d+$/, '');
}

function revisionNumber(arn: string): number {
  return Number(arn.slice(arn.lastIndexOf(':') + 1)) || 0;
}

function byFamilyAndRevision(a: string, b: string): number {
  const [first, second] = [familyOf(a), familyOf(b)];
  if (first !== second) return first < second ? -1 : 1;
  return revisionNumber(b) - revisionNumber(a);
}
