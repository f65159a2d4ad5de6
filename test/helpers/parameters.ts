import {
  DescribeParametersCommand,
  GetParametersByPathCommand,
  type ParameterMetadata,
  type SSMClient,
} from '@aws-sdk/client-ssm';

/** The values of all parameters below a path, by name. */
export async function valuesBelow(ssm: SSMClient, path: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  let token: string | undefined;
  do {
    const command = new GetParametersByPathCommand({
      Path: path,
      Recursive: true,
      WithDecryption: true,
      NextToken: token,
    });
    const page = await ssm.send(command);
    for (const { Name = '', Value = '' } of page.Parameters ?? []) found[Name] = Value;
    token = page.NextToken;
  } while (token);
  return found;
}

/** The descriptions of all parameters below a path. */
export async function describedBelow(ssm: SSMClient, path: string): Promise<ParameterMetadata[]> {
  const found: ParameterMetadata[] = [];
  let token: string | undefined;
  do {
    const page = await ssm.send(
      new DescribeParametersCommand({
        ParameterFilters: [{ Key: 'Path', Option: 'Recursive', Values: [path] }],
        MaxResults: 50,
        NextToken: token,
      }),
    );
    found.push(...(page.Parameters ?? []));
    token = page.NextToken;
  } while (token);
  return found;
}
