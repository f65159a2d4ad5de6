import { expect, test } from 'vitest';
import type { Iam, ManagedPolicy, Role } from '../../../src/aws/iam.ts';
import { readRole } from '../../../src/operations/roles/role-policies.ts';

const account = 'arn:aws:iam::123456789012';
const role: Role = {
  ...{ name: 'exec', arn: `${account}:role/exec`, path: '/', trustPolicy: {}, tags: [] },
  ...{ permissionsBoundary: undefined, description: undefined, createdAt: undefined },
};
const document = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 'ssm:GetParameters', Resource: '*' },
};
const managed: ManagedPolicy = {
  document,
  description: undefined,
  attachments: 1,
};

/** The IAM of a role with the inline policies `a` and `b` and the managed ones `c` and `d`, but for what is given. */
function iamWith(more: Partial<Iam> = {}): Iam {
  const calls: Partial<Iam> = {
    role: () => Promise.resolve(role),
    inlinePolicies: () => Promise.resolve(['a', 'b']),
    inlinePolicy: () => Promise.resolve(document),
    attachedPolicies: () => Promise.resolve([`${account}:policy/c`, `${account}:policy/d`]),
    managedPolicy: () => Promise.resolve(managed),
    ...more,
  };
  return calls as Iam;
}

test('a role has its inline and managed policies, and its boundary apart', async () => {
  const permissionsBoundary = `${account}:policy/limit`;
  const found = await readRole(
    iamWith({ role: () => Promise.resolve({ ...role, permissionsBoundary }) }),
    `${account}:role/team/exec`,
  );
  expect(found.policies.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'inline a',
    'inline b',
    `managed ${account}:policy/c`,
    `managed ${account}:policy/d`,
  ]);
  expect(found.boundary).toMatchObject({ kind: 'boundary', name: permissionsBoundary });
});

test('an inline policy that somebody deletes after it was listed is none', async () => {
  const { policies } = await readRole(
    iamWith({
      inlinePolicy: (_role, name) => Promise.resolve(name === 'a' ? undefined : document),
    }),
    'exec',
  );
  expect(policies.map(({ name }) => name)).not.toContain('a');
  expect(policies).toHaveLength(3);
});

test('a managed policy that somebody detaches and deletes after it was listed is none', async () => {
  const { policies } = await readRole(
    iamWith({
      managedPolicy: (arn) => Promise.resolve(arn.endsWith('/c') ? undefined : managed),
    }),
    'exec',
  );
  expect(policies.map(({ name }) => name)).toEqual(['a', 'b', `${account}:policy/d`]);
});

test('a boundary that does not exist allows nothing, so it is an error', async () => {
  const permissionsBoundary = `${account}:policy/limit`;
  const reading = readRole(
    iamWith({
      role: () => Promise.resolve({ ...role, permissionsBoundary }),
      managedPolicy: (arn) => Promise.resolve(arn === permissionsBoundary ? undefined : managed),
    }),
    'exec',
  );
  await expect(reading).rejects.toMatchObject({
    code: 'policy-not-found',
    message: `the policy ${permissionsBoundary} of the role does not exist`,
  });
});

test('a role that does not exist is an error', async () => {
  const reading = readRole(iamWith({ role: () => Promise.resolve(undefined) }), 'exec');
  await expect(reading).rejects.toMatchObject({
    ...{ code: 'role-not-found', message: 'there is no role exec' },
  });
});
