import pMap from 'p-map';
import type { Aws } from '../../aws/index.ts';
import type { Ecs, Revision } from '../../aws/ecs.ts';
import { CliError } from '../../errors.ts';
import {
  fingerprintOf,
  plaintextIn,
  type PlaintextFinding,
} from '../../model/definitions/plaintext-findings.ts';
import { describeTaskDefinition } from '../definitions/read-task-definition.ts';
import type { OnProgress } from '../progress.ts';
import { scan, type Scan } from '../usage/scan.ts';
import { serviceName } from '../usage/service-name.ts';

/** A finding and the source of its task definition. */
export interface AuditFinding extends PlaintextFinding {
  family?: string | undefined;
  revision?: number;
  /** ARN of the revision; undefined for a file. */
  taskDefinition?: string;
  /** Name of the resource or service in a file of another format, e.g. of a template. */
  resource?: string;
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
          { onProgress, ...(inClusters && { tasks: 'required' as const }) },
        )
      : undefined;
  const chosen = new Set(scope.families.map(familyOf));
  const runningArns = [...(running?.revisions.keys() ?? [])].filter(
    (arn) => chosen.size === 0 || chosen.has(familyOf(arn)),
  );
  const wanted = new Set(runningArns);
  if (!inClusters || scope.allRevisions) {
    const families = inClusters ? [...new Set(runningArns.map(familyOf))] : scope.families;
    for (const id of await revisionsOf(ecs, families, scope.allRevisions)) wanted.add(id);
  }

  const services = scope.services && running ? servicesByRevision(running) : undefined;
  const findings = new Map<string, AuditFinding[]>();
  await pMap(
    wanted,
    async (id) => {
      const revision = running?.revisions.get(id) ?? (await describe(id, aws, scope));
      if (!revision) return;
      findings.set(revision.arn, findingsIn(revision, services?.get(revision.arn)));
      onProgress({ step: 'auditing task definitions', done: findings.size, total: wanted.size });
    },
    { concurrency: atOnce },
  );
  const arns = [...findings.keys()].sort(byFamilyAndRevision);
  return {
    findings: arns.flatMap((arn) => findings.get(arn) ?? []),
    looked: { families: new Set(arns.map(familyOf)).size, revisions: arns.length, files: 0 },
  };
}

// --- internal ---

/** Maximum concurrent calls; the pacer of `aws` keeps the published rates. */
const atOnce = 8;

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
 */
async function describe(id: string, aws: Aws, scope: AuditScope): Promise<Revision | undefined> {
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
    fingerprint: fingerprintOf(family, finding),
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
