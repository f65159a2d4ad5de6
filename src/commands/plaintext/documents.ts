import type { TextKind } from '../../model/definitions/definition-texts.ts';
import type { Confidence } from '../../model/secrets/secret-shapes.ts';
import type { RegisterDocument } from '../register/documents.ts';
import type { RoleChangeDocument } from '../roles/documents.ts';
import type { RedeployDocument } from '../rollout/documents.ts';

/** Plaintext secrets in task definitions; with `--format sarif` a SARIF log. */
export type AuditDocument = AuditedDocument | SarifDocument;

/** Plaintext secrets in task definitions. */
export interface AuditedDocument {
  findings: PlaintextDocument[];
  /** How many findings the baseline ignored. */
  ignored: number;
  /** How much was searched. */
  looked: { families: number; revisions: number; files: number };
}

/** A plaintext secret. Its value is not in the document. */
export interface PlaintextDocument {
  /** Absent if a file names none. */
  family?: string;
  /** Absent for a file. */
  revision?: number;
  /** ARN of the revision. Absent for a file. */
  taskDefinition?: string;
  /** Name of the resource or service in a file of another format. Absent for a task definition. */
  resource?: string;
  /** `CLUSTER/SERVICE` of a value that stands on a service, and not in a task definition. */
  service?: string;
  /** Path of the file, or `-` for standard input. Absent for a revision. */
  file?: string;
  /** Line in the file, from 1. */
  line?: number;
  /** Column in the line, from 1. */
  column?: number;
  /** `CLUSTER/SERVICE` of the services that run the revision. Absent if they were not searched. */
  services?: string[];
  /** Empty for Service Connect. */
  container: string;
  placeKind: TextKind;
  /** For example `containerDefinitions[1].environment[0].value`. */
  place: string;
  /** The variable, label or option. Empty if there is none. */
  name: string;
  /** The kind of secret, for example `AWS access key`. */
  kind: string;
  confidence: Confidence;
  /** Length of the value in characters. */
  length: number;
  /** A public prefix of all secrets of this kind, for example `AKIA…`. Absent if there is none. */
  hint?: string;
  /** Identifies the finding in a baseline. */
  fingerprint: string;
}

/** A SARIF 2.1.0 log; its own schema describes it in full. */
export interface SarifDocument {
  /** Address of the schema of SARIF. */
  $schema?: string;
  version: '2.1.0';
  runs: object[];
}

/** Which variables become secrets, and what was done. With `--dry-run` only the plan is present. */
export interface MigrateDocument extends Partial<RedeployDocument> {
  /** True if nothing was changed because `--dry-run` was given. */
  dryRun: boolean;
  variables: MovedDocument[];
  /** Plaintext secrets in places that ECS cannot inject into. They stay. */
  elsewhere: {
    container: string;
    /** For example `containerDefinitions[0].command[2]`. */
    place: string;
    /** The kind of secret. */
    kind: string;
  }[];
  /** How many values were stored. Absent with `--dry-run`. */
  stored?: number;
  /** Absent with `--dry-run`. */
  roleChanges?: RoleChangeDocument[];
  /** Absent with `--dry-run`. */
  action?: RegisterDocument['action'];
  /** ARN of the revision without the values. Absent with `--dry-run`. */
  taskDefinitionArn?: string;
  /** Older revisions that hold the values. Absent with `--dry-run`, and if something failed before. */
  oldRevisions?: OldRevisionDocument[];
}

/** A variable that becomes a secret. */
export interface MovedDocument {
  container: string;
  /** Name of the variable. */
  name: string;
  /** The reference to the secret. */
  secret: string;
  /** True if the value was stored under that name already. */
  stored: boolean;
  /** The kind of secret. Absent if the variable was named with `--variable`. */
  kind?: string;
}

/** An older revision that still holds the values. */
export interface OldRevisionDocument {
  /** ARN of the revision. */
  arn: string;
  /** For example `ACTIVE`, as returned by AWS. */
  status: string;
  /** Its plaintext variables, as `CONTAINER:NAME`. */
  variables: string[];
  /** The services, tasks, rules and schedules that run it. */
  users: string[];
  /** Whether it was deregistered, or with `--delete-old` deleted. */
  retired: boolean;
}
