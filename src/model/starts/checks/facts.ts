import type { Finding } from '../../failures/finding.ts';
import type { NetworkFacts, NetworkInterface } from '../network-facts.ts';
import type { LoadBalancerFact } from '../../rollout/load-balancers.ts';
import type { Placement } from '../placement.ts';
import type { Scope } from '../../secrets/partition.ts';
import type { Reference, SecretIdentity } from '../../secrets/reference.ts';
import type { RoleFinding } from '../../roles/role-check.ts';
import type { ImagePlatform } from '../../definitions/image-platforms.ts';
import type { DefinitionForm } from '../../definitions/task-definition-checks.ts';
import type { SecretUse } from '../../definitions/secret-uses.ts';
import type { TaskDefinition } from '../../definitions/task-definition.ts';

/** Something that may not be read. */
export interface Unseen {
  state: 'unseen';
  /** The reason, e.g. the missing permission. */
  why: string;
}

/** The key that encrypts a secret. */
export type KeyFact =
  | { state: 'aws-managed' }
  | { state: 'found'; arn: string; keyState: string }
  | { state: 'missing'; id: string }
  | (Unseen & { id: string });

/** The keys of a JSON secret, without values. */
export interface KeyShape {
  name: string;
  /** Whether it is a string; the ECS agent formats anything else in its own way. */
  isText: boolean;
  /** Whether the text has no character. */
  isEmpty?: boolean;
}

/** The form of a secret's value, without the value. */
export type ValueFact =
  | { state: 'not-read' }
  | Unseen
  | { state: 'none' }
  | { state: 'binary' }
  | { state: 'text' }
  | {
      state: 'object';
      keys: readonly KeyShape[];
      /** Why the ECS agent reads none of them, though it is a JSON object. */
      fault?: 'too-deep' | 'number-range' | undefined;
    };

/** The facts about a secret that a reference names. */
export type SecretFact =
  | Unseen
  | {
      state: 'missing';
      /** The ARN that it will have once created. */
      arn: string | undefined;
      /** Another secret that may be meant: recreated under its name, or in the other store. */
      instead: { written: string; identity: SecretIdentity; key: KeyFact } | undefined;
    }
  | {
      state: 'found';
      identity: SecretIdentity;
      key: KeyFact;
      /** When AWS deletes it by a policy of the parameter. */
      expiresAt?: Date | undefined;
      /** When its deletion was requested. */
      deletedAt?: Date | undefined;
      /** Staging labels by version ID; undefined for a parameter, or if not readable. */
      stages?: Readonly<Record<string, readonly string[]>> | undefined;
      /** IDs of referenced versions that exist without a label. */
      unlabelled: readonly string[];
      /** Why the account of the secret does not describe it: its existence is unknown then. */
      descriptionUnseen?: string | undefined;
      /** Why versions without a label were not searched, if a reference may name one. */
      versionsUnseen?: string | undefined;
      value: ValueFact;
    };

/** One reference of the task definition with the facts about it. */
export interface UseFact {
  use: SecretUse;
  /** Undefined if it is malformed. */
  reference: Reference | undefined;
  /** The rules that a malformed one violates. */
  problems: readonly string[];
  /** The probable meaning of a malformed one, in the notation of this tool. */
  suggestion: string | undefined;
  /** The secret of the reference, or of the suggestion. */
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
      /** As named in the task definition. */
      written: string;
      findings: readonly RoleFinding[];
      /** Why IAM's own simulation did not confirm them; undefined if it did. */
      notSimulated: string | undefined;
      /** Policies of the keys that do not allow the role, by ARN of the key. */
      keyPolicies: Readonly<Record<string, unknown>>;
    };

/** The task role, which the containers use. */
export type TaskRoleFact =
  | { state: 'missing'; name: string; path: string | undefined }
  | { state: 'foreign'; name: string; account: string }
  | (Unseen & { name: string })
  | {
      state: 'found';
      name: string;
      arn: string;
      /** As named in the task definition. */
      written: string;
      /** Whether ECS may assume it. */
      trust: RoleFinding;
      /** The current trust policy. */
      trustPolicy: unknown;
    };

/** A CloudWatch log group that a container writes to. */
export interface LogGroupFact {
  container: string;
  group: string;
  region: string;
  /** Whether ECS may create it (`awslogs-create-group`). */
  create: boolean;
  state: 'found' | 'missing' | 'unseen';
  why?: string | undefined;
}

/** An image of a container. */
export interface ImageFact {
  container: string;
  image: string;
  found:
    | Unseen
    /** In another registry than ECR, which was not asked. */
    | { state: 'elsewhere' }
    /** In another registry, which does not say without credentials whether it exists. */
    | { state: 'private'; host: string }
    | { state: 'found'; platforms: PlatformsFact }
    | {
        state: 'missing';
        /** What ECR does not have; `elsewhere`: another registry does not have the image. */
        what: 'repository' | 'image' | 'elsewhere';
        /** Why it is unknown whether ECR gets it from another registry when it is pulled. */
        pullThroughUnseen?: string | undefined;
      }
    /** ECR gets it from another registry when it is pulled. */
    | { state: 'pulled-through'; prefix: string };
}

/**
 * The platforms of an image: those that its index lists, or `not-read`: its manifest was not read.
 * `one`: its manifest is that of a single image and does not contain its platform. `elsewhere`: the
 * image is of another registry, where manifests are not read.
 */
export type PlatformsFact = 'not-read' | 'one' | 'elsewhere' | readonly ImagePlatform[];

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

/** How commands name a task definition. */
export interface DefinitionName {
  /** A file; undefined for a registered one. */
  file: string | undefined;
  /** `FAMILY` or `FAMILY:REVISION`; the family of a file. */
  family: string;
  /** Further options for reading the file: `--family`, `--substitute`. */
  options: readonly string[];
  /** Whether the file is a template of CloudFormation: what only its deployment knows is `${NAME}` here. */
  isTemplate?: boolean;
}

/** The service that runs the task definition, or will run it. */
export interface ServiceFact {
  cluster: string;
  name: string;
}

/** All facts before a start, gathered once. */
export interface StartFacts {
  here: Scope;
  definition: TaskDefinition;
  /** Compared with the ECS schema of this release. */
  form: DefinitionForm;
  /** `ACTIVE` or `INACTIVE`; undefined if it is not registered. */
  status: string | undefined;
  name: DefinitionName;
  service: ServiceFact | undefined;
  placement: Placement;
  uses: readonly UseFact[];
  role: RoleFact;
  /** Undefined if the task definition names no task role, or a malformed one. */
  taskRole: TaskRoleFact | undefined;
  images: readonly ImageFact[];
  logGroups: readonly LogGroupFact[];
  loadBalancers: readonly LoadBalancerFact[];
  passes: readonly PassFact[];
  network: NetworkFact;
  /** Whether the task definition was created from a text: missing parts are unknown then. */
  partial: boolean;
}

/** A check: the findings about one subject. */
export type Check = (facts: StartFacts) => readonly Draft[];

/** A step of a fix: a complete command, or a part of one that is combined for all findings. */
export type Step =
  string | { register: readonly string[] } | { role: RoleStep } | { keyPolicy: KeyPolicyStep };

/** What the role must grant. */
export interface RoleStep {
  name: string;
  managedPolicy: boolean;
  /** The path of a role to be created. */
  path?: string | undefined;
}

/** What to add to the policy of a key. */
export interface KeyPolicyStep {
  keyArn: string;
  /** The current policy. */
  policy: unknown;
  statement: { Sid: string } & Readonly<Record<string, unknown>>;
}

/** A finding whose fix may share a command with others. */
export type Draft = Omit<Finding, 'fix'> & { fix: readonly Step[] };
