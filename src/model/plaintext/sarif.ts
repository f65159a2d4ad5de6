import type { Log, ReportingDescriptor, Location } from 'sarif';
import type { Confidence } from '../secrets/secret-shapes.ts';

/** One finding, as written to SARIF. */
export interface SarifFinding {
  kind: string;
  confidence: Confidence;
  message: string;
  /** Path of the file, relative to the working directory; undefined for a revision in AWS. */
  file?: string | undefined;
  /** From 1. */
  line?: number | undefined;
  column?: number | undefined;
  /** The place with its task definition: `web:3/containerDefinitions[0]…`. */
  place: string;
  /** The same in every run, so that readers recognize the finding. */
  fingerprint: string;
}

/**
 * Findings as a SARIF log (SARIF 2.1.0, OASIS standard): one rule per kind, the level by
 * confidence, a physical location in a file, and only a logical one in AWS.
 */
export function sarifLog(findings: readonly SarifFinding[]): Log {
  const kinds = [...new Set(findings.map(({ kind }) => kind))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'ecs-secrets', rules: kinds.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => ({
          ruleId: ruleId(finding.kind),
          ruleIndex: kinds.indexOf(finding.kind),
          level: levels[finding.confidence],
          message: { text: finding.message },
          locations: [locationOf(finding)],
          partialFingerprints: { 'ecsSecretsPlace/v1': finding.fingerprint },
          properties: { confidence: finding.confidence },
        })),
      },
    ],
  };
}

// --- internal ---

/** The rule ID of a kind: `aws-access-key`. */
function ruleId(kind: string): string {
  return kind.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

const levels = {
  high: 'error',
  medium: 'warning',
  low: 'note',
} as const satisfies Record<Confidence, string>;

function ruleOf(kind: string): ReportingDescriptor {
  return {
    id: ruleId(kind),
    shortDescription: { text: `Secret in plain text: ${kind}` },
    fullDescription: {
      text: 'Anyone with ecs:DescribeTaskDefinition can read it, in every revision.',
    },
    help: {
      text: 'Store the value with ecs-secrets put, refer to it with ecs-secrets register --secret, and change it: old revisions keep it.',
    },
    properties: { tags: ['security'], 'security-severity': '7.5' },
  };
}

function locationOf({ file, line, column, place }: SarifFinding): Location {
  const logicalLocations = [{ fullyQualifiedName: place, kind: 'value' }];
  if (file === undefined) return { logicalLocations };
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file) },
      ...(line !== undefined && { region: { startLine: line, startColumn: column } }),
    },
    logicalLocations,
  };
}

/** A path as a URI reference; an absolute one as a file URI. */
function uriOf(path: string): string {
  if (path === '-') return 'stdin';
  const encoded = path
    .replaceAll('\\', '/')
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/');
  if (encoded.startsWith('/')) return `file://${encoded}`;
  return /^[A-Za-z]%3A\//.test(encoded) ? `file:///${encoded.replace('%3A', ':')}` : encoded;
}
