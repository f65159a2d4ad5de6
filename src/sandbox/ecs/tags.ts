import type { Call, Operation } from '../service.ts';
import { ServiceError } from '../service.ts';
import { clusterNotFound, invalidParameter, serviceNotFound } from './errors.ts';
import { regionOf, type World } from './state.ts';
import type { Tag } from './tag.ts';

const maxTags = 50;

/** TagResource, UntagResource and ListTagsForResource. */
export function tagOperations(world: World): Record<string, Operation> {
  return {
    TagResource: (input: { resourceArn: string; tags: Tag[] }, call: Call) => {
      checkTags(input.tags);
      const resource = find(world, call.region, input.resourceArn);
      const names = new Set(input.tags.map((tag) => tag.key));
      const tags = [...resource.tags.filter((tag) => !names.has(tag.key)), ...input.tags];
      checkTags(tags);
      resource.tags = tags;
      return {};
    },

    UntagResource: (input: { resourceArn: string; tagKeys: string[] }, call: Call) => {
      const resource = find(world, call.region, input.resourceArn);
      resource.tags = resource.tags.filter((tag) => !input.tagKeys.includes(tag.key));
      return {};
    },

    ListTagsForResource: (input: { resourceArn: string }, call: Call) => ({
      tags: find(world, call.region, input.resourceArn).tags,
    }),
  };
}

/** Refuses tags that AWS would refuse. */
export function checkTags(tags: Tag[]): void {
  if (tags.length > maxTags) {
    throw invalidParameter(`The maximum number of tags per resource is ${maxTags}.`);
  }
  for (const { key, value } of tags) {
    if (!key || key.length > 128 || ((value as string | undefined) ?? '').length > 256) {
      throw invalidParameter('A tag key has 1 to 128 characters, its value up to 256.');
    }
    if (/^aws:/i.test(key)) throw invalidParameter('Tag keys that start with aws: are reserved.');
  }
}

/** What has tags by its ARN; undefined when it is not there. */
export function taggedOf(
  world: World,
  regionName: string,
  arn: string,
): { tags: Tag[] } | undefined {
  const [, kind = '', path = ''] = arnPattern.exec(arn) ?? [];
  const region = regionOf(world, regionName);
  const [first = '', second = ''] = path.split('/');
  const cluster = region.clusters.get(first);
  const [family = '', revision = ''] = path.split(':');
  if (kind === 'cluster') return cluster?.status === 'ACTIVE' ? cluster : undefined;
  if (kind === 'service') return cluster?.services.get(second);
  if (kind === 'task') return cluster?.tasks.get(second);
  if (kind === 'container-instance') return cluster?.instances.get(second);
  if (kind !== 'task-definition') return undefined;
  return region.families.get(family)?.[Number(revision) - 1];
}

const arnPattern = /^arn:[^:]+:ecs:[^:]*:\d{12}:([a-z-]+)\/(.+)$/;

function find(world: World, region: string, arn: string): { tags: Tag[] } {
  const [, kind, path = ''] = arnPattern.exec(arn) ?? [];
  if (kind === undefined) throw invalidParameter('The specified ARN is invalid.');
  const found = taggedOf(world, region, arn);
  if (found) return found;
  const cluster = regionOf(world, region).clusters.get(path.split('/')[0] ?? '');
  if (kind === 'cluster' || (kind === 'service' && !cluster)) throw clusterNotFound();
  if (kind === 'service') throw serviceNotFound();
  throw new ServiceError('ResourceNotFoundException', 'The specified resource was not found.');
}
