import { clientError } from '../errors.ts';
import type { ContainerDefinition, Registration, SecretReference, World } from '../state.ts';
import { checkTags } from '../tags.ts';

const maxBytes = 64 * 1024;
const maxContainers = 10;
const roleName = /^[\w+=,.@-]{1,64}$/;
const roleArn = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const ssmName = /^[a-zA-Z0-9_.\-/]{1,2048}$/;
const ssmArn = /^arn:[\w-]+:ssm:[a-z0-9-]+:(\d{12}):parameter\/[a-zA-Z0-9_.\-/]+$/;
const secretsManagerArn = /^arn:[\w-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+$/;
const ecrImage = /^\d{12}\.dkr\.ecr\./;

/** Refuses what RegisterTaskDefinition refuses; it does not look whether secrets and roles exist. */
export function checkRegistration(world: World, input: Registration): void {
  checkFamily(input.family);
  if (input.tags) {
    if (input.tags.length === 0) throw clientError('Tags can not be empty');
    checkTags(input.tags);
  }
  checkSize(input);
  for (const role of [input.executionRoleArn, input.taskRoleArn]) {
    if (role && !roleName.test(role) && !roleArn.test(role)) {
      throw clientError('Role is not valid');
    }
  }
  checkContainers(input);
  for (const container of input.containerDefinitions) {
    checkSecrets(world, input, container);
    checkFargateRole(input, container);
  }
}

/** Whether an image is pulled from Amazon ECR, which takes the execution role. */
export function isEcrImage(image: string): boolean {
  return ecrImage.test(image);
}

function checkFamily(family: string | undefined): void {
  if (!family) throw clientError('Family can not be blank.');
  if (family.length > 255) throw clientError('Family can not have more than 255 characters.');
  if (!/^[a-zA-Z0-9_-]+$/.test(family)) throw clientError('Family contains invalid characters.');
}

function checkSize(input: Registration): void {
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > maxBytes) {
    throw clientError(`Actual length: '${bytes}'. Max allowed length is '${maxBytes}' bytes.`);
  }
}

function checkContainers(input: Registration): void {
  const containers = input.containerDefinitions as ContainerDefinition[] | undefined;
  if (!containers?.length) throw clientError('Container list cannot be empty.');
  if (containers.length > maxContainers) {
    throw clientError(`A task definition can have up to ${maxContainers} containers.`);
  }
  const names = new Set<string>();
  for (const { name, image } of containers) {
    if (!name) throw clientError('Container.name should not be null or empty.');
    if (!/^[a-zA-Z0-9_-]{1,255}$/.test(name)) throw clientError('Invalid container name.');
    if (!image) throw clientError('Container.image should not be null or empty.');
    if (names.has(name)) throw clientError(`Container names must be unique, '${name}' is not.`);
    names.add(name);
  }
  if (containers.every((container) => container.essential === false)) {
    throw clientError('At least one container must be marked as essential.');
  }
}

function checkSecrets(world: World, input: Registration, container: ContainerDefinition): void {
  const secrets = container.secrets ?? [];
  const logSecrets = container.logConfiguration?.secretOptions ?? [];
  if (secrets.length + logSecrets.length === 0) return;
  if (!input.executionRoleArn) {
    throw clientError(
      "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    );
  }
  for (const secret of [...secrets, ...logSecrets]) checkReference(world, secret);

  const names = secrets.map((secret) => secret.name);
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined) {
    throw clientError(
      `Duplicate secret names found: ${duplicate}. Each secret name must be unique.`,
    );
  }
  const shared = (container.environment ?? []).find(({ name }) => names.includes(name));
  if (shared) {
    throw clientError(
      'The secret name must be unique and not shared with any new or existing environment ' +
        `variables set on the container, such as '${shared.name}'.`,
    );
  }
}

function checkReference(world: World, { name, valueFrom }: SecretReference): void {
  if (!name || !valueFrom) throw clientError('A secret needs a name and a valueFrom.');
  if (!valueFrom.startsWith('arn:')) {
    if (ssmName.test(valueFrom)) return;
    throw clientError(
      `The Systems Manager parameter name specified for secret ${name} is invalid. The parameter ` +
        'name can be up to 2048 characters and include the following letters and symbols: ' +
        'a-zA-Z0-9_.-',
    );
  }
  if (secretsManagerArn.test(valueFrom)) return;
  const account = ssmArn.exec(valueFrom)?.[1];
  if (account === undefined) {
    throw clientError(
      valueFrom.split(':')[2] === 'ssm'
        ? `The Systems Manager parameter ARN specified for secret ${name} is invalid.`
        : `The ARN specified for secret ${name} is not one of a Secrets Manager secret or a Systems Manager parameter.`,
    );
  }
  const own = world.environment.account;
  if (account !== own) {
    throw clientError(
      'The Systems Manager parameter ARN has a different account ID than the current account. ' +
        `The current account ID is ${own} and the ARN account ID is ${account}. ` +
        'Cross-account access for ARNs is not currently supported.',
    );
  }
}

function checkFargateRole(input: Registration, container: ContainerDefinition): void {
  if (input.executionRoleArn || !input.requiresCompatibilities?.includes('FARGATE')) return;
  const start = 'Fargate requires task definition to have execution role ARN to support';
  if (container.logConfiguration?.logDriver === 'awslogs') {
    throw clientError(`${start} log driver awslogs.`);
  }
  if (isEcrImage(container.image)) throw clientError(`${start} ECR images.`);
}
