import type { Finding } from '../../failures/finding.ts';
import type { NetworkFacts, NetworkInterface } from '../network-facts.ts';
import type { Placement } from '../placement.ts';
import type { Scope } from '../../secrets/partition.ts';
import type { Reference, SecretIdentity } from '../../secrets/reference.ts';
import type { RoleFinding } from '../../roles/role-check.ts';
import type { DefinitionForm } from '../../definitions/task-definition-checks.ts';
import type { SecretUse } from '../../definitions/secret-uses.ts';
import type { TaskDefinition } from '../../definitions/task-definition.ts';

/** What can be said of something that may not be looked at. */
export interface Unseen {
  state: 'unseen';
  /** Why not, e.g. the permission that is missing. */
  why: string;
}

/** The key that encrypts a secret. */
export type KeyFact =
  | { state: 'aws-managed' }
  | { state: 'found'; arn: string; keyState: string }
  | { state: 'missing'; id: string }
  | (Unseen & { id: string });

/** What a JSON secret holds under its keys; no value. */
export interface KeyShape {
  name: string;
  /** Whether it holds text; the ECS agent prints anything else in its own way. */
  isText: boolean;
  /** Whether the text has no character. */
  isEmpty?: boolean;
}

/** What a secret's value is, without the value. */
export type ValueFact =
  | { state: 'not-read' }
  | Unseen
  | { state: 'none' }
  | { state: 'binary' }
  | { state: 'text' }
  | { state: 'object'; keys: readonly KeyShape[] };

/** What was found of a secret that a reference names. */
export type SecretFact =
  | Unseen
  | {
      state: 'missing';
      /** ARN that it will have when it is made. */
      arn: string | undefined;
      /** Another secret that may be meant: made again under its name, or in the other store. */
      instead: { written: string; identity: SecretIdentity; key: KeyFact } | undefined;
    }
  | {
      state: 'found';
      identity: SecretIdentity;
      key: KeyFact;
      /** When its deletion was asked for. */
      deletedAt?: Date | undefined;
      /** Labels of the versions by id; undefined for a parameter, or where they are not seen. */
      stages?: Readonly<Record<string, readonly string[]>> | undefined;
      /** Ids of versions that a reference names and that are there without a label. */
      unlabelled: readonly string[];
      /** Why the account of the secret does not describe it: then it is not known to exist. */
      descriptionUnseen?: string | undefined;
      /** Why versions without a label were not looked for, where a reference may name one. */
      versionsUnseen?: string | undefined;
      value: ValueFact;
    };

/** One reference of the task definition with what was found of it. */
export interface UseFact {
  use: SecretUse;
  /** Undefined where it is malformed. */
  reference: Reference | undefined;
  /** The rules that a malformed one breaks. */
  problems: readonly string[];
  /** What a malformed one probably means, in the notation of this tool. */
  suggestion: string | undefined;
  /** Of the reference, or of the suggestion. */
  secret: SecretFact;
}

/** The execution role. */
export type RoleFact =
  | { state: 'none' }
  /** A name that no role can have. */
  | { state: 'malformed'; written: string }
  | { state: 'missing'; name: string; path: string | undefined }
  | { state: 'foreign'; name: string; account: string }
  | (Unseen & { name: string })
  | {
      state: 'found';
      name: string;
      arn: string;
      /** As the task definition names it. */
      written: string;
      findings: readonly RoleFinding[];
      /** Why IAM's own simulation did not confirm them; undefined where it did. */
      notSimulated: string | undefined;
      /** Policies of the keys that leave the role out, by ARN of the key. */
      keyPolicies: Readonly<Record<string, unknown>>;
    };

/** A log group of CloudWatch that a container writes to. */
export interface LogGroupFact {
  container: string;
  group: string;
  region: string;
  /** Whether ECS may create it (`awslogs-create-group`). */
  create: boolean;
  state: 'found' | 'missing' | 'unseen';
  why?: string | undefined;
}

/** The network interfaces through which tasks reach AWS. */
export type NetworkFact =
  | Unseen
  | { state: 'seen'; interfaces: readonly { from: NetworkInterface; facts: NetworkFacts }[] };

/** Whether the caller may pass a role to ECS. */
export interface PassFact {
  role: string;
  what: 'execution role' | 'task role';
  decision: 'allowed' | 'denied' | 'unseen';
  why: string;
}

/** What a command about a task definition calls it. */
export interface DefinitionName {
  /** A file, or undefined for what is registered. */
  file: string | undefined;
  /** `FAMILY` or `FAMILY:REVISION`; the family of a file. */
  family: string;
  /** How else the file has to be read: `--family`, `--substitute`. */
  options: readonly string[];
}

/** The service that runs the task definition, or is to. */
export interface ServiceFact {
  cluster: string;
  name: string;
}

/** All that is known before a start, gathered once. */
export interface StartFacts {
  here: Scope;
  definition: TaskDefinition;
  /** Against what this release knows of ECS. */
  form: DefinitionForm;
  /** `ACTIVE`, `INACTIVE`; undefined for what is not registered. */
  status: string | undefined;
  name: DefinitionName;
  service: ServiceFact | undefined;
  placement: Placement;
  uses: readonly UseFact[];
  role: RoleFact;
  logGroups: readonly LogGroupFact[];
  passes: readonly PassFact[];
  network: NetworkFact;
  /** Whether the task definition was made from a text: what it lacks is not known then. */
  partial: boolean;
}

/** A check: what the facts say of one thing. */
export type Check = (facts: StartFacts) => readonly Draft[];

/** A step of a fix: a command as it is, or a part of one that is put together for all findings. */
export type Step =
  string | { register: readonly string[] } | { role: RoleStep } | { keyPolicy: KeyPolicyStep };

/** What the role has to be made to grant. */
export interface RoleStep {
  name: string;
  managedPolicy: boolean;
  /** Of a role that is to be created. */
  path?: string | undefined;
}

/** What the policy of a key has to say besides what it says. */
export interface KeyPolicyStep {
  keyArn: string;
  /** The policy as it is. */
  policy: unknown;
  statement: { Sid: string } & Readonly<Record<string, unknown>>;
}

/** A finding whose fix may share a command with others. */
export type Draft = Omit<Finding, 'fix'> & { fix: readonly Step[] };
