import { readFileSync } from 'node:fs';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import pMap from 'p-map';
import { clientsTo } from '../sandbox/clients.ts';
import type { RunningSandbox } from '../../src/sandbox/index.ts';

/** What the agent's own code made of a reference: a value, an error, or its end. */
export interface Outcome {
  value?: string;
  error?: string;
  panic?: true;
}

/** One case of `test/vectors/agent.json`, with the reference of this sandbox. */
export interface Vector {
  id: string;
  valueFrom: string;
  /** The error has the ARNs and version ids of this sandbox. */
  agent: Outcome;
}

interface File {
  secrets: Record<
    string,
    { name: string; region: string; values: string[]; binary?: true; deleted?: true }
  >;
  parameters: { name: string; region: string; value: string; type: 'SecureString' }[];
  cases: {
    id: string;
    secret?: string;
    base?: 'arn' | 'part' | 'wrongsuffix' | 'wrongregion' | 'wrongaccount';
    suffix?: string;
    valueFrom?: string;
    agent: Outcome;
  }[];
}

/** Stores what the vectors are about, and returns their cases. */
export async function storeVectors(sandbox: RunningSandbox): Promise<Vector[]> {
  const path = new URL('../vectors/agent.json', import.meta.url);
  const { secrets, parameters, cases } = JSON.parse(readFileSync(path, 'utf8')) as File;
  const clients = new Map(
    ['us-east-1', 'eu-west-1'].map((region) => [region, clientsTo(sandbox, region)]),
  );
  const stored = new Map<string, { arn: string; versions: string[] }>();
  await pMap(
    Object.entries(secrets),
    async ([key, { name, region, values, binary, deleted }]) => {
      const { secrets: manager } = clients.get(region)!;
      const content = (value: string) =>
        binary ? { SecretBinary: Buffer.from(value, 'base64') } : { SecretString: value };
      const [first = '', ...later] = values;
      const made = await manager.send(new CreateSecretCommand({ Name: name, ...content(first) }));
      const versions = [made.VersionId!];
      for (const value of later) {
        const put = new PutSecretValueCommand({ SecretId: name, ...content(value) });
        versions.push((await manager.send(put)).VersionId!);
      }
      if (deleted) await manager.send(new DeleteSecretCommand({ SecretId: name }));
      stored.set(key, { arn: made.ARN!, versions });
    },
    { concurrency: 8 },
  );
  // The file has the cases of this one, but not the parameter.
  const longest = { name: `/${'n'.repeat(900)}`, region: 'us-east-1', value: 'n6' };
  await pMap(
    [...parameters, { ...longest, type: 'SecureString' as const }],
    ({ name: Name, region, value: Value, type: Type }) =>
      clients.get(region)!.ssm.send(new PutParameterCommand({ Name, Value, Type })),
    { concurrency: 8 },
  );
  return cases.map(({ id, secret, base, suffix = '', valueFrom, agent }) => {
    if (secret === undefined || base === undefined) return { id, valueFrom: valueFrom!, agent };
    const { arn, versions } = stored.get(secret)!;
    const partial = arn.slice(0, -7);
    const bases = {
      arn,
      part: partial,
      wrongsuffix: `${partial}-ZZZZZZ`,
      wrongregion: arn.replace('us-east-1', 'eu-west-1'),
      wrongaccount: arn.replace('123456789012', '999999999999'),
    };
    const here = (text: string) =>
      text
        .replaceAll('{arn}', arn)
        .replaceAll('{partial arn}', partial)
        .replace(/\{(?:vid|version )(\d)\}/g, (_, at: string) => versions[Number(at)]!);
    return {
      id,
      valueFrom: bases[base] + here(suffix),
      agent: agent.error === undefined ? agent : { error: here(agent.error) },
    };
  });
}
