import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dnsSuffix, parseArn } from '../../../src/model/secrets/partition.ts';

describe('dnsSuffix', () => {
  it.each([
    ['aws', 'amazonaws.com'],
    ['aws-cn', 'amazonaws.com.cn'],
    ['aws-us-gov', 'amazonaws.com'],
    ['aws-iso', 'c2s.ic.gov'],
    ['aws-iso-b', 'sc2s.sgov.gov'],
    ['aws-iso-e', 'cloud.adc-e.uk'],
    ['aws-iso-f', 'csp.hci.ic.gov'],
    ['aws-eusc', 'amazonaws.eu'],
  ])('of %s is %s', (partition, suffix) => {
    expect(dnsSuffix(partition)).toBe(suffix);
  });

  it('of a partition yet unknown is that of most', () => {
    expect(dnsSuffix('aws-new')).toBe('amazonaws.com');
  });
});

describe('parseArn', () => {
  it.each([
    [
      'arn:aws:ssm:us-east-1:123456789012:parameter/a/b',
      'aws',
      'ssm',
      'us-east-1',
      '123456789012',
      'parameter/a/b',
    ],
    [
      'arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:db-AbCdEf:k::',
      'aws-cn',
      'secretsmanager',
      'cn-north-1',
      '123456789012',
      'secret:db-AbCdEf:k::',
    ],
    [
      'arn:aws-us-gov:iam::123456789012:role/exec',
      'aws-us-gov',
      'iam',
      '',
      '123456789012',
      'role/exec',
    ],
    ['arn:aws:iam::aws:policy/service-role/P', 'aws', 'iam', '', 'aws', 'policy/service-role/P'],
    ['arn:aws-iso-b:s3:::bucket', 'aws-iso-b', 's3', '', '', 'bucket'],
  ])('cuts %s', (text, partition, service, region, account, resource) => {
    expect(parseArn(text)).toEqual({ partition, service, region, account, resource });
  });

  it.each([
    '',
    'db-password',
    'arn:aws:ssm:us-east-1:123456789012',
    'arn:aws:ssm:us-east-1:123456789012:',
    'arn:aws:ssm:us-east-1:12345:parameter/a',
    'arn:gcp:ssm:us-east-1:123456789012:parameter/a',
    ' arn:aws:ssm:us-east-1:123456789012:parameter/a',
    'ARN:aws:ssm:us-east-1:123456789012:parameter/a',
  ])('takes "%s" for no ARN', (text) => {
    expect(parseArn(text)).toBeUndefined();
  });

  it('loses nothing of any ARN', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (resource) => {
        const arn = parseArn(`arn:aws:ecs:eu-west-1:123456789012:${resource}`);
        expect(arn?.resource).toBe(resource);
      }),
    );
  });
});
