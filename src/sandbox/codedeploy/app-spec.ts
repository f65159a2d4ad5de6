import { createHash } from 'node:crypto';
import { ServiceError } from '../service.ts';
import { readBlockYaml } from './block-yaml.ts';

/** A revision, as passed to CreateDeployment. */
export interface Revision {
  revisionType: string;
  appSpecContent?: { content?: string | undefined; sha256?: string | undefined } | undefined;
}

/** The task definition in a revision; throws InvalidRevisionException. */
export function taskDefinitionOf(revision: Revision): string {
  if (revision.revisionType !== 'AppSpecContent') {
    throw invalid('only revisions of the type AppSpecContent are in the sandbox.');
  }
  const { content = '', sha256 } = revision.appSpecContent ?? {};
  if (content === '') throw invalid('the AppSpec is empty.');
  if (sha256 !== undefined && sha256 !== createHash('sha256').update(content).digest('hex')) {
    throw invalid('the sha256 is not that of the content.');
  }
  const service = content.trimStart().startsWith('{') ? fromJson(content) : fromYaml(content);
  if (service.type !== 'AWS::ECS::Service') {
    throw invalid('the AppSpec has no resource TargetService of the type AWS::ECS::Service.');
  }
  if (typeof service.definition !== 'string' || service.definition === '') {
    throw invalid('the AppSpec names no task definition.');
  }
  return service.definition;
}

// --- internal ---

interface TargetService {
  type: unknown;
  definition: unknown;
}

function fromJson(content: string): TargetService {
  let spec: unknown;
  try {
    spec = JSON.parse(content);
  } catch {
    throw invalid('the AppSpec is not JSON.');
  }
  const [first] = asList(member(spec, 'Resources') ?? member(spec, 'resources'));
  const service = member(first, 'TargetService');
  return {
    type: member(service, 'Type'),
    definition: member(member(service, 'Properties'), 'TaskDefinition'),
  };
}

function fromYaml(content: string): TargetService {
  const values = readBlockYaml(content);
  const at = (path: string): string | undefined =>
    values.get(`Resources/${path}`) ?? values.get(`resources/${path}`);
  return {
    type: at('TargetService/Type'),
    definition: at('TargetService/Properties/TaskDefinition'),
  };
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map<string, unknown>(Object.entries(value)).get(name);
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidRevisionException', `The revision is invalid: ${message}`);
}
