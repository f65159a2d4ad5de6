import * as z from 'zod/mini';
import { InvalidInput } from '../problems.ts';
import { typeFault } from './type-fault.ts';

const secretEntry = z.looseObject({ name: z.string(), valueFrom: z.string() });

const logConfiguration = z.looseObject({
  logDriver: z.optional(z.string()),
  options: z.nullish(z.record(z.string(), z.string())),
  secretOptions: z.nullish(z.array(secretEntry)),
});

const containerDefinition = z.looseObject({
  name: z.string().check(z.minLength(1)),
  image: z.optional(z.string()),
  environment: z.nullish(
    z.array(z.looseObject({ name: z.string(), value: z.optional(z.string()) })),
  ),
  secrets: z.nullish(z.array(secretEntry)),
  dockerLabels: z.nullish(z.record(z.string(), z.string())),
  logConfiguration: z.nullish(logConfiguration),
  repositoryCredentials: z.nullish(z.looseObject({ credentialsParameter: z.string() })),
  credentialSpecs: z.nullish(z.array(z.string())),
});

const volume = z.looseObject({
  name: z.nullish(z.string()),
  fsxWindowsFileServerVolumeConfiguration: z.nullish(
    z.looseObject({
      authorizationConfig: z.nullish(
        z.looseObject({ credentialsParameter: z.optional(z.string()) }),
      ),
    }),
  ),
});

const taskDefinition = z.looseObject({
  family: z.optional(z.string()),
  executionRoleArn: z.optional(z.string()),
  taskRoleArn: z.optional(z.string()),
  cpu: z.optional(z.string()),
  memory: z.optional(z.string()),
  containerDefinitions: z.array(containerDefinition).check(z.minLength(1)),
  volumes: z.nullish(z.array(volume)),
  tags: z.nullish(z.array(z.looseObject({ key: z.string(), value: z.optional(z.string()) }))),
});

/** A task definition as RegisterTaskDefinition takes it; members unknown here pass untouched. */
export type TaskDefinition = z.infer<typeof taskDefinition>;
export type ContainerDefinition = z.infer<typeof containerDefinition>;
/** One entry of `secrets` or `secretOptions`. */
export type SecretEntry = z.infer<typeof secretEntry>;

/** Members that DescribeTaskDefinition returns and RegisterTaskDefinition refuses (botocore model). */
const outputOnly = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
];

/**
 * Reads a task definition from register input or from the output of describe-task-definition, with
 * its `taskDefinition` wrapper or without; members that only AWS writes are dropped. Throws
 * InvalidInput naming the place of each member that has the wrong form.
 */
export function parseTaskDefinition(input: unknown): TaskDefinition {
  const read = registerInput(input);
  const result = taskDefinition.safeParse(read);
  if (!result.success) {
    throw new InvalidInput(
      result.error.issues.map((issue) => {
        const place = issue.path.reduce<string>(
          (text, part) =>
            typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`,
          '',
        );
        return `${place.replace(/^\./, '') || 'the task definition'}: ${fault(issue, read)}`;
      }),
    );
  }
  // zod puts the members that it knows first; the order stays as it was written.
  return Object.fromEntries(
    Object.entries(read as object)
      .map(([key, member]: [string, unknown]): [string, unknown] => [
        key,
        key === 'tags' ? ownTags(member) : member,
      ])
      .filter(([key, member]) => !outputOnly.includes(key) && !(key === 'tags' && isEmpty(member))),
  ) as TaskDefinition;
}

/**
 * A document in the form that is sent: without a `taskDefinition` wrapper, and without anything that is
 * null, as the console exports it. YAML reads `cpu: 256` as a number; the API wants a string.
 */
export function registerInput(input: unknown): unknown {
  const read = withoutNulls(unwrapped(input));
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return read;
  return Object.fromEntries(
    Object.entries(read).map(([key, member]: [string, unknown]) => {
      const isSize = key === 'cpu' || key === 'memory';
      return [key, isSize && typeof member === 'number' ? String(member) : member];
    }),
  );
}

/** Images by a tag, which may come to mean another image; those by digest do not. */
export function mutableImages({ containerDefinitions }: TaskDefinition): string[] {
  const images = containerDefinitions.map(({ image = '' }) => image);
  return images.filter(
    (image) => image !== '' && !image.includes('@sha256:') && !/:(?!latest$)[\w.-]+$/.test(image),
  );
}

/**
 * Whether the execution role needs AmazonECSTaskExecutionRolePolicy: an image comes from ECR or logs
 * go to CloudWatch (ECS guide, "task execution IAM role").
 */
export function needsExecutionRolePolicy({ containerDefinitions }: TaskDefinition): boolean {
  return containerDefinitions.some(
    ({ image = '', logConfiguration: logs }) =>
      /^[^/]+\.dkr[.-]ecr(-fips)?\./.test(image) || logs?.logDriver === 'awslogs',
  );
}

// --- internal ---

/** Tags that AWS puts on by itself come back from it and cannot be given. */
function ownTags(tags: unknown): unknown {
  if (!Array.isArray(tags)) return tags;
  return tags.filter((tag: { key?: string } | null) => !/^aws:/i.test(tag?.key ?? ''));
}

/** RegisterTaskDefinition refuses an empty list of tags ("Tags can not be empty"). */
function isEmpty(tags: unknown): boolean {
  return Array.isArray(tags) && tags.length === 0;
}

function unwrapped(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('taskDefinition' in input)) return input;
  const { taskDefinition: inner, tags } = input as { taskDefinition: unknown; tags?: unknown };
  return typeof inner === 'object' && inner !== null && Array.isArray(tags) && tags.length > 0
    ? { ...inner, tags: tags as unknown[] }
    : inner;
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.filter((one) => one !== null).map(withoutNulls);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member)]),
  );
}

/** What is wrong with a member. zod/mini brings no messages of its own. */
function fault(issue: z.core.$ZodIssue, read: unknown): string {
  if (issue.code !== 'invalid_type') return 'must not be empty';
  const value = issue.path.reduce<unknown>(
    (whole, part) => (whole as Record<PropertyKey, unknown>)[part],
    read,
  );
  const kinds: Partial<Record<string, string>> = { array: 'a list', string: 'a string' };
  return typeFault(kinds[issue.expected] ?? 'an object', value);
}
