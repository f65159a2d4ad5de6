import {
  BatchGetSecretValueCommand,
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  StopReplicationToReplicaCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  type CreateSecretCommandInput,
  type ReplicaRegionType,
} from '@aws-sdk/client-secrets-manager';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { errorOf, openScene } from './clients.ts';

const refused = {
  name: 'InvalidParameterException',
  message:
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
};

/** A sandbox with clients in two regions, and a clock that stands still until it is moved. */
async function prepared() {
  let now = Date.UTC(2026, 0, 1, 12);
  const scene = await openScene({ now: () => now, rotationMs: 100 });
  const config = {
    endpoint: scene.sandbox.url,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const home = scene.secrets;
  const away = new SecretsManagerClient(config);
  const create = (more: Partial<CreateSecretCommandInput> = {}, client = home) =>
    client.send(new CreateSecretCommand({ Name: 'db', SecretString: 'one', ...more }));
  const describe = (client: SecretsManagerClient) =>
    client.send(new DescribeSecretCommand({ SecretId: 'db' }));
  return {
    home,
    away,
    kms: new KMSClient(config),
    create,
    replicated: (replica: Partial<ReplicaRegionType> = {}) =>
      create({ AddReplicaRegions: [{ Region: 'eu-west-3', ...replica }] }),
    replicate: (Region: string, more: object = {}) =>
      home.send(
        new ReplicateSecretToRegionsCommand({
          SecretId: 'db',
          AddReplicaRegions: [{ Region }],
          ...more,
        }),
      ),
    put: (SecretString: string) =>
      home.send(new PutSecretValueCommand({ SecretId: 'db', SecretString })),
    value: async (client: SecretsManagerClient, VersionStage?: string) =>
      (await client.send(new GetSecretValueCommand({ SecretId: 'db', VersionStage }))).SecretString,
    describe,
    status: async () => (await describe(home)).ReplicationStatus,
    pass: (ms: number) => {
      now += ms;
    },
    [Symbol.asyncDispose]: () => scene.sandbox.close(),
  };
}

describe('a replica', () => {
  it('has the name and the six characters of its primary, which tells how it is', async () => {
    await using scene = await prepared();
    const { home, away } = scene;
    const created = await scene.replicated();
    const place = { Region: 'eu-west-3', KmsKeyId: 'alias/aws/secretsmanager' };
    expect(created.ReplicationStatus).toEqual([{ ...place, Status: 'InProgress' }]);

    const ARN = created.ARN?.replace('us-east-1', 'eu-west-3');
    const primary = await scene.describe(home);
    const status = { ...place, Status: 'InSync', StatusMessage: 'Replication succeeded' };
    expect(primary).toMatchObject({ ARN: created.ARN, PrimaryRegion: 'us-east-1' });
    expect(primary.ReplicationStatus).toEqual([status]);
    const replica = await scene.describe(away);
    expect(replica).toMatchObject({ ARN, Name: 'db', PrimaryRegion: 'us-east-1' });
    expect(replica).not.toHaveProperty('ReplicationStatus');
    expect(replica.VersionIdsToStages).toEqual(primary.VersionIdsToStages);
    for (const client of [home, away]) {
      const { SecretList } = await client.send(new ListSecretsCommand({}));
      expect(SecretList).toMatchObject([{ Name: 'db', PrimaryRegion: 'us-east-1' }]);
      expect(SecretList?.[0]).not.toHaveProperty('ReplicationStatus');
    }

    const read = new GetSecretValueCommand({ SecretId: ARN });
    expect(await away.send(read)).toMatchObject({ ARN, SecretString: 'one' });
    expect((await scene.describe(home)).LastAccessedDate).toBeUndefined();
    expect(await scene.status()).toEqual([
      { ...status, LastAccessedDate: new Date(Date.UTC(2026, 0, 1)) },
    ]);
  });

  it('is what its primary is', async () => {
    await using scene = await prepared();
    const { home, away } = scene;
    await scene.create();
    await scene.replicate('eu-west-3');
    await scene.put('two');
    await home.send(new UpdateSecretCommand({ SecretId: 'db', Description: 'd' }));
    const Tags = [{ Key: 'team', Value: 'x' }];
    await home.send(new TagResourceCommand({ SecretId: 'db', Tags }));
    const ResourcePolicy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Deny', Principal: '*', Action: 'secretsmanager:*', Resource: '*' },
    });
    await home.send(new PutResourcePolicyCommand({ SecretId: 'db', ResourcePolicy }));

    expect(await scene.value(away)).toBe('two');
    expect(await scene.value(away, 'AWSPREVIOUS')).toBe('one');
    expect(await scene.describe(away)).toMatchObject({ Description: 'd', Tags });
    const list = new ListSecretVersionIdsCommand({ SecretId: 'db' });
    const ids = async (client: SecretsManagerClient) =>
      (await client.send(list)).Versions?.map(({ VersionId }) => VersionId);
    expect(await ids(away)).toEqual(await ids(home));
    const policy = await away.send(new GetResourcePolicyCommand({ SecretId: 'db' }));
    expect(policy.ResourcePolicy).toBe(ResourcePolicy);
    const batch = await away.send(new BatchGetSecretValueCommand({ SecretIdList: ['db'] }));
    expect(batch.SecretValues?.[0]?.SecretString).toBe('two');
  });

  it('gets the value of a rotation when its primary does', async () => {
    await using scene = await prepared();
    const { home, away } = scene;
    await scene.replicated();
    const RotationLambdaARN = 'arn:aws:lambda:us-east-1:123456789012:function:rotator';
    await home.send(new RotateSecretCommand({ SecretId: 'db', RotationLambdaARN }));
    expect(await scene.value(away)).toBe('one');
    scene.pass(100);
    const rotated = await scene.value(away);
    expect(rotated).not.toBe('one');
    expect(await scene.value(home)).toBe(rotated);
  });

  it('cannot be changed but for its key', async () => {
    await using scene = await prepared();
    const { away } = scene;
    await scene.replicated();
    const id = { SecretId: 'db' };
    const { VersionId } = await away.send(new GetSecretValueCommand(id));
    const before = await scene.describe(away);
    const Region = 'eu-central-1';
    for (const call of [
      () => away.send(new PutSecretValueCommand({ ...id, SecretString: 'x' })),
      () => away.send(new UpdateSecretCommand({ ...id, SecretString: 'x' })),
      () => away.send(new UpdateSecretCommand({ ...id, Description: 'x' })),
      () =>
        away.send(
          new UpdateSecretVersionStageCommand({
            ...id,
            VersionStage: 'mine',
            MoveToVersionId: VersionId,
          }),
        ),
      () => away.send(new RotateSecretCommand(id)),
      () => away.send(new CancelRotateSecretCommand(id)),
      () => away.send(new DeleteSecretCommand(id)),
      () => away.send(new DeleteSecretCommand({ ...id, ForceDeleteWithoutRecovery: true })),
      () => away.send(new RestoreSecretCommand(id)),
      () => away.send(new TagResourceCommand({ ...id, Tags: [{ Key: 'a', Value: 'b' }] })),
      () => away.send(new UntagResourceCommand({ ...id, TagKeys: ['a'] })),
      () => away.send(new PutResourcePolicyCommand({ ...id, ResourcePolicy: '{}' })),
      () => away.send(new DeleteResourcePolicyCommand(id)),
      () =>
        away.send(new ReplicateSecretToRegionsCommand({ ...id, AddReplicaRegions: [{ Region }] })),
      () =>
        away.send(
          new RemoveRegionsFromReplicationCommand({ ...id, RemoveReplicaRegions: [Region] }),
        ),
    ]) {
      expect(await errorOf(call())).toEqual(refused);
    }
    expect(await scene.describe(away)).toMatchObject({ ...before, $metadata: {} });

    await scene.kms
      .send(new CreateKeyCommand({}))
      .then(({ KeyMetadata }) =>
        scene.kms.send(
          new CreateAliasCommand({ AliasName: 'alias/away', TargetKeyId: KeyMetadata?.KeyId }),
        ),
      );
    await away.send(new UpdateSecretCommand({ ...id, KmsKeyId: 'alias/away' }));
    await scene.put('two');
    expect(await scene.value(away)).toBe('two');
    expect(await scene.describe(away)).toMatchObject({ KmsKeyId: 'alias/away' });
    expect(await scene.describe(scene.home)).not.toHaveProperty('KmsKeyId');
    expect(await scene.status()).toMatchObject([{ KmsKeyId: 'alias/away', Status: 'InSync' }]);
  });

  it('is encrypted with a key of its own region', async () => {
    await using scene = await prepared();
    const { KeyMetadata } = await scene.kms.send(new CreateKeyCommand({}));
    await scene.replicated({ KmsKeyId: KeyMetadata?.Arn });
    expect(await scene.status()).toMatchObject([{ KmsKeyId: KeyMetadata?.Arn }]);
    await scene.kms.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    expect((await errorOf(scene.value(scene.away))).name).toBe('DecryptionFailure');
    expect(await scene.value(scene.home)).toBe('one');
  });
});

describe('replication', () => {
  it('fails in the region where it cannot be done, and can be tried again', async () => {
    await using scene = await prepared();
    const { away } = scene;
    await scene.create({ SecretString: 'other' }, away);
    await scene.replicated();
    const taken = {
      Status: 'Failed',
      StatusMessage: 'Replication failed: Secret name db already exists in region eu-west-3.',
    };
    expect(await scene.status()).toMatchObject([taken]);
    expect(await scene.value(away)).toBe('other');
    await away.send(new PutSecretValueCommand({ SecretId: 'db', SecretString: 'still other' }));

    await scene.replicate('eu-west-3');
    expect(await scene.status()).toMatchObject([taken]);
    await scene.replicate('eu-west-3', { ForceOverwriteReplicaSecret: true });
    expect(await scene.status()).toMatchObject([{ Status: 'InSync' }]);
    expect(await scene.value(away)).toBe('one');

    const AddReplicaRegions = [{ Region: 'ca-central-1', KmsKeyId: 'alias/none' }];
    expect((await scene.replicate('', { AddReplicaRegions })).ReplicationStatus).toMatchObject([
      { Region: 'eu-west-3', Status: 'InSync' },
      { Region: 'ca-central-1', Status: 'InProgress' },
    ]);
    expect((await scene.status())?.[1]).toMatchObject({ Status: 'Failed' });
    const twice = [{ Region: 'ca-central-1' }, { Region: 'ca-central-1' }];
    await scene.replicate('', { AddReplicaRegions: twice });
    expect((await scene.status())?.[1]).toMatchObject({ Status: 'InSync' });
  });

  it('does not overwrite what is replicated itself', async () => {
    await using scene = await prepared();
    const AddReplicaRegions = [{ Region: 'ca-central-1' }];
    await scene.create({ AddReplicaRegions }, scene.away);
    await scene.create();
    const ForceOverwriteReplicaSecret = true;
    await scene.replicate('eu-west-3', { ForceOverwriteReplicaSecret });
    await scene.replicate('ca-central-1', { ForceOverwriteReplicaSecret });
    expect(await scene.status()).toMatchObject([{ Status: 'Failed' }, { Status: 'Failed' }]);
  });

  it('does not take the region of the secret, nor what is none', async () => {
    await using scene = await prepared();
    await scene.create();
    const wrong = { name: 'InvalidParameterException', message: 'Invalid replica region.' };
    expect(await errorOf(scene.replicate('us-east-1'))).toEqual(wrong);
    const AddReplicaRegions = [{ Region: 'us-east-1' }];
    expect(await errorOf(scene.create({ Name: 'new', AddReplicaRegions }))).toEqual(wrong);
    expect((await errorOf(scene.replicate('Europe'))).name).toBe('ValidationException');
    const { SecretList } = await scene.home.send(new ListSecretsCommand({}));
    expect(SecretList).toHaveLength(1);
  });

  it('must end before the primary is deleted', async () => {
    await using scene = await prepared();
    const { home, away } = scene;
    const { ARN = '' } = await scene.replicated();
    await scene.replicate('ca-central-1');
    for (const more of [{}, { ForceDeleteWithoutRecovery: true }]) {
      expect(
        await errorOf(home.send(new DeleteSecretCommand({ SecretId: 'db', ...more }))),
      ).toEqual({
        name: 'InvalidParameterException',
        message: `You can't delete secret ${ARN} that still has replica regions [eu-west-3, ca-central-1].`,
      });
    }
    const end = (...RemoveReplicaRegions: string[]) =>
      home.send(new RemoveRegionsFromReplicationCommand({ SecretId: 'db', RemoveReplicaRegions }));
    expect((await errorOf(end('eu-west-3', 'eu-west-1'))).name).toBe('InvalidParameterException');
    expect(await end('eu-west-3')).toMatchObject({
      ARN,
      ReplicationStatus: [{ Region: 'ca-central-1', Status: 'InSync' }],
    });
    expect((await errorOf(scene.describe(away))).name).toBe('ResourceNotFoundException');
    expect((await end('ca-central-1')).ReplicationStatus).toEqual([]);
    const alone = await scene.describe(home);
    expect(alone).not.toHaveProperty('ReplicationStatus');
    expect(alone).not.toHaveProperty('PrimaryRegion');
    await home.send(new DeleteSecretCommand({ SecretId: 'db' }));
  });

  it('can be stopped, which makes the replica a secret of its own', async () => {
    await using scene = await prepared();
    const { home, away } = scene;
    const { ARN = '' } = await scene.replicated();
    const stop = (client: SecretsManagerClient) =>
      client.send(new StopReplicationToReplicaCommand({ SecretId: 'db' }));
    expect((await errorOf(stop(home))).name).toBe('InvalidParameterException');
    expect((await stop(away)).ARN).toBe(ARN.replace('us-east-1', 'eu-west-3'));
    await scene.put('two');
    expect(await scene.value(away)).toBe('one');
    await away.send(new PutSecretValueCommand({ SecretId: 'db', SecretString: 'mine' }));
    expect(await scene.value(away)).toBe('mine');
    expect(await scene.value(away, 'AWSPREVIOUS')).toBe('one');
    expect(await scene.value(home)).toBe('two');
    expect(await scene.status()).toBeUndefined();
    await home.send(new DeleteSecretCommand({ SecretId: 'db' }));
    await away.send(new DeleteSecretCommand({ SecretId: 'db', ForceDeleteWithoutRecovery: true }));
  });

  it('is what the filter primary-region is about', async () => {
    await using scene = await prepared();
    await scene.replicated();
    await scene.create({ Name: 'alone' }, scene.away);
    const list = async (...Values: string[]) => {
      const Filters = [{ Key: 'primary-region' as const, Values }];
      const { SecretList } = await scene.away.send(new ListSecretsCommand({ Filters }));
      return SecretList?.map(({ Name }) => Name);
    };
    expect(await list('us-')).toEqual(['db']);
    expect(await list('US-')).toEqual([]);
    expect(await list('eu-')).toEqual([]);
  });
});
