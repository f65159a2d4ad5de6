import { createAws, type Aws, type AwsOptions } from '../../src/aws/index.ts';

/** The service module, calling a server with the credentials of the test's environment. */
export function awsAt(
  url: string,
  { region = 'us-east-1', ...more }: Partial<Omit<AwsOptions, 'access'>> & { region?: string } = {},
): Aws {
  const endpoint = { value: url, source: '--endpoint-url' };
  const access = { env: process.env, endpoint, region: { value: region, source: '--region' } };
  return createAws({ ...more, access });
}
