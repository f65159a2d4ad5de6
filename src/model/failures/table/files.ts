import { wordingsOf, type StartFailure } from '../start-failure.ts';
import { unanswered, way } from './network.ts';

const reading = [
  'download env file',
  'download firelens s3 config',
  'initialize s3 client for bucket',
];

const unreadable = {
  id: 'environment-file-unreadable',
  title: 'an environment file could not be read',
  checks: ['grant', 'network'],
} as const;

/** Failures to read a file in S3 (agent/taskresource/envFiles, agent/taskresource/firelens). */
export const fileFailures: readonly StartFailure[] = [
  {
    ...unreadable,
    cause: way,
    outlook: 'passing',
    wordings: wordingsOf(reading, unanswered),
    unless: ['deserialization failed', 'failed to decode response'],
    advice: 'give the subnet a way out, or a gateway endpoint for S3',
  },
  {
    ...unreadable,
    cause:
      'the file (of environment variables, or of FireLens) is not there, or the role lacks s3:GetObject on it or s3:GetBucketLocation on its bucket',
    outlook: 'hopeless',
    wordings: [
      ['specified in environmentFile'],
      ['escapes envfile resource directory'],
      ...wordingsOf(reading, ['NoSuchKey', 'NoSuchBucket']),
    ],
    around: [
      ...reading.map((piece) => [piece]),
      ['environment file'],
      ['envfile resource directory'],
      ['not authorized to perform: s3:'],
    ],
    advice: 'ecs-secrets role create ROLE --task-definition FAMILY grants it',
  },
];
