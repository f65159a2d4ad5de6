import * as z from 'zod/mini';
import { declaredSets } from '../environment/declared.ts';
import { nearest } from '../nearest.ts';
import { Problems } from '../problems.ts';
import { environmentsSchema, secretsSchema } from './declared-schema.ts';
import { shownMember, toldIssues, type Mistake } from './told-issues.ts';

/** The members of the file, with the rule and the meaning of each: what `docs/schemas/config.json` is made from. */
export const projectSchema = z.strictObject({
  $schema: z.optional(z.string('must be the address of a schema')),
  region: optional(
    'eu-west-1',
    'AWS region, unless AWS_REGION or --region is set',
    fitting(/^[a-z]{2,8}(-[a-z]{1,12}){1,3}-\d{1,2}$/, 'an AWS region such as eu-west-1'),
  ),
  store: optional(
    'parameter-store',
    'store of a bare NAME (--store)',
    z.enum(['parameter-store', 'secrets-manager'], 'must be parameter-store or secrets-manager'),
  ),
  prefix: optional(
    '/shop/prod',
    'default prefix of list, import, export, exec and migrate',
    fitting(/^(ssm:)?\/[\w.@+/-]*$|^sm:[\w.@+/-]*$/, '/path, or sm:NAME for Secrets Manager'),
  ),
  cluster: optional(
    'shop',
    'cluster of the services, by name or ARN (--cluster)',
    z.union([named('a cluster'), z.array(named('a cluster'))], 'must be a cluster or a list'),
  ),
  services: optional(
    ['shop/web'],
    'services that verify checks if there are no taskDefinitions: CLUSTER/SERVICE',
    z.array(fitting(/^[\w:-]+\/[\w/-]+$/, 'CLUSTER/SERVICE or an ARN'), 'must be a list'),
  ),
  taskDefinitions: optional(
    ['web.json'],
    'task definitions of verify, register (if it is one), role create and role check: FILE, relative to this file, or FAMILY',
    z.array(fitting(/^[^\p{Cc}]{1,1000}$/u, 'a file or a family'), 'must be a list'),
  ),
  executionRole: optional(
    'shop-execution',
    'execution role, by name or ARN (--execution-role; NAME of role create, show and check)',
    fitting(/^[\w+=,.@:/-]{1,600}$/, 'the name or ARN of a role'),
  ),
  permissionsBoundary: optional(
    'arn:aws:iam::123456789012:policy/boundary',
    'permissions boundary of role create (--permissions-boundary)',
    fitting(/^arn:[\w:/+=,.@-]{1,600}$/, 'the ARN of a policy'),
  ),
  kmsKey: optional(
    'alias/shop',
    'KMS key of new secrets: id, ARN or alias (--kms-key)',
    fitting(/^[\w:/-]{1,600}$/, 'the id, ARN or alias of a key'),
  ),
  tier: optional(
    'standard',
    'tier of parameters (--tier)',
    z.enum(
      ['standard', 'advanced', 'intelligent-tiering'],
      'must be standard, advanced or intelligent-tiering',
    ),
  ),
  timeout: optional('15m', 'how long to follow a deployment (--timeout)', duration()),
  maxParallel: optional(
    20,
    'number of services redeployed at the same time (--max-parallel)',
    z
      .int('must be a whole number of at least 1')
      .check(z.gte(1, 'must be a whole number of at least 1')),
  ),
  requestTimeout: optional('30s', 'limit for a call to AWS (--request-timeout)', duration()),
  retries: optional(
    3,
    'how often a failed call to AWS is retried (--retries)',
    z
      .int('must be a whole number of at least 0')
      .check(z.gte(0, 'must be a whole number of at least 0')),
  ),
  environments: optional(
    ['staging', 'prod'],
    'environments of the declared secrets: names, or names with placeholders of "from"',
    environmentsSchema,
  ),
  secrets: optional(
    { DB_PASSWORD: '/shop/{env}/db-password' },
    'declared secrets of check, export --declared, exec --declared and register --secrets-from-declared',
    secretsSchema,
  ),
});

/** What the file says: only names, never values. */
export type Project = z.infer<typeof projectSchema>;

/** A member as it stands in the file. `place` says where, for messages: `.ecs-secrets.json:3:5`. */
export interface Member {
  name: string;
  value: unknown;
  place: string;
  /** The place of something inside the value, by its path from the root of the file. */
  placeOf?: (path: readonly string[]) => string;
  /** What a reader of JSON does not show: sentences about names inside the value, with their places. */
  faults?: readonly string[];
}

/**
 * Checks the members of a file. Throws InvalidInput with all problems, each with its place and the name of
 * its member; no message has a value, which may be a secret in the wrong place.
 */
export function checkProject(members: readonly Member[]): Project {
  const problems = new Problems();
  const seen = new Set<string>();
  const add = ({ path, message }: Mistake): void => {
    const member = known.find(({ name }) => name === path[0]);
    const place = member?.placeOf?.(path) ?? member?.place ?? '';
    problems.add(`${place}: ${shownPath(path)} ${message}`);
  };
  for (const { name, place, faults = [] } of members) {
    if (seen.has(name)) problems.add(`${place}: ${shownMember(name)} is listed twice`);
    seen.add(name);
    if (!Object.hasOwn(shape, name)) problems.add(`${place}: ${unknownMember(name)}`);
    for (const fault of faults) problems.add(fault);
  }
  const known = members.filter(({ name }) => Object.hasOwn(shape, name));
  const parsed = projectSchema.safeParse(
    Object.fromEntries(known.map(({ name, value }) => [name, value])),
  );
  for (const mistake of toldIssues(parsed.error?.issues ?? [])) add(mistake);
  if (parsed.data) {
    declaredSets(parsed.data, (path, message) => {
      add({ path, message });
    });
  }
  problems.throwIfAny('ecs-secrets init --dry-run prints all members');
  return parsed.data ?? {};
}

/** The members that the file may have with these values. */
export function fittingMembers(members: Readonly<Record<string, unknown>>): Project {
  const fitting = Object.entries(members).filter(
    ([name, value]) => projectSchema.safeParse({ [name]: value }).success,
  );
  return Object.fromEntries(fitting);
}

/** The members in order, with their meaning and an example. */
export function projectMembers(): { name: string; description: string; example: unknown }[] {
  return Object.entries(projectSchema.shape).flatMap(([name, { def }]) => {
    const { description, examples } = z.globalRegistry.get(def.innerType) ?? {};
    return description === undefined
      ? []
      : [{ name, description, example: (examples as unknown[] | undefined)?.[0] }];
  });
}

/** The JSON Schema of the file, for editors. */
export function projectJsonSchema(): object {
  return {
    ...z.toJSONSchema(projectSchema),
    title: 'Options of ecs-secrets for a repository (.ecs-secrets.json)',
    allowTrailingCommas: true,
  };
}

// --- internal ---

const shape: Readonly<Record<string, unknown>> = projectSchema.shape;

function optional<T extends z.ZodMiniType>(example: unknown, description: string, schema: T) {
  z.globalRegistry.add(schema, { description, examples: [example] });
  return z.optional(schema);
}

/** A text of this form; `what` says which: "must be" stands before it. */
function fitting(pattern: RegExp, what: string) {
  return z.string(`must be ${what}`).check(z.regex(pattern, `must be ${what}`));
}

function named(what: string) {
  return fitting(/^[\w:/-]{1,300}$/, `${what}, by name or ARN`);
}

function duration() {
  return fitting(
    /^(?=\d)(\d+(\.\d+)?h)?(\d+(\.\d+)?m)?(\d+(\.\d+)?s)?(\d+(\.\d+)?ms)?$/,
    'a duration such as 90s or 15m',
  );
}

/** What a repository may not decide, by the beginning of the name. */
const refused: readonly (readonly [RegExp, string])[] = [
  [
    /^(endpoint|proxy)/i,
    'would send your credentials and secrets to an address that the repository chooses; use --endpoint-url or ECS_SECRETS_ENDPOINT_URL',
  ],
  [
    /^(profile|account|role|assume|source_?profile|credential|aws_|access_?key)/i,
    'would let the repository choose whose credentials are used; use --profile or AWS_PROFILE',
  ],
  [
    /(password|passwd|secret|token|value|private_?key)/i,
    'looks like a secret; store it with ecs-secrets put',
  ],
];

function unknownMember(name: string): string {
  const near = nearest(name, Object.keys(shape));
  if (near !== undefined) return `${shownMember(name)} is not a member; did you mean "${near}"?`;
  const why = refused.find(([pattern]) => pattern.test(name))?.[1];
  return `${shownMember(name)} is not a member${why === undefined ? '' : `: it ${why}`}`;
}

/** `taskDefinitions[1]`, `secrets.DB.from`, `secrets["no name"]`. */
function shownPath([first = '', ...inside]: readonly string[]): string {
  const parts = inside.map((part) =>
    /^\d+$/.test(part)
      ? `[${part}]`
      : /^[\w.-]{1,60}$/.test(part)
        ? `.${part}`
        : `[${shownMember(part)}]`,
  );
  return [first, ...parts].join('');
}
