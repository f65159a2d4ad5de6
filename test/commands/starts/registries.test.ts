import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Finding } from '../../../src/model/failures/finding.ts';
import { fakeRegistries, type FakeRegistries } from '../../helpers/registry.ts';
import { openShop, type Shop } from '../../helpers/scene.ts';
import { definition, jsonOf, type Verified } from '../../helpers/start-scene.ts';

const hosts = ['registry-1.docker.io', 'ghcr.io', 'quay.io', 'public.ecr.aws', 'registry.internal'];

let shop: Shop;
let registries: FakeRegistries;
let folder: string;
beforeAll(async () => {
  shop = await openShop();
  registries = await fakeRegistries(hosts, answer);
  folder = await mkdtemp(join(tmpdir(), 'ecs-secrets-registries-'));
  await writeFile(join(folder, 'ca.pem'), registries.ca);
});
beforeEach(() => registries.asked.splice(0));
afterAll(async () => {
  await registries[Symbol.asyncDispose]();
  await shop.sandbox.close();
  await rm(folder, { recursive: true });
});

/** As the public registries answer: most want a token, which everybody gets. */
function answer(what: string, authorization: string | undefined): number | 'challenge' | 'token' {
  if (what.startsWith('GET ') && what.includes('/token?')) {
    return what.includes('closed') ? 403 : 'token';
  }
  if (what.includes('quay.io')) return what.endsWith('/missing') ? 404 : 200;
  if (what.includes('busy')) return 429;
  if (authorization !== 'Bearer anonymous') return 'challenge';
  if (what.includes('private')) return 401;
  return what.endsWith('/missing') ? 404 : 200;
}

async function found(image: string, container: object = {}, argv = ['--read-images']) {
  const of = definition({}, { executionRoleArn: undefined, container: { image, ...container } });
  const env = { HTTPS_PROXY: registries.proxyUrl, AWS_CA_BUNDLE: join(folder, 'ca.pem') };
  const files = { 'own.json': JSON.stringify(of) };
  const seen = await shop.run(['verify', 'own.json', '--json', ...argv], { files, env });
  const { targets } = jsonOf(seen) as { targets: Verified[] };
  const findings = targets[0]?.findings.filter(({ check }) => check === 'image') ?? [];
  return { code: seen.code, finding: findings[0], asked: registries.asked };
}

const hub = 'registry-1.docker.io';
const digest = `sha256:${'0'.repeat(64)}`;

test.each<[image: string, manifest: string, status: Finding['status'], message: string]>([
  ['httpd', `${hub}/v2/library/httpd/manifests/latest`, 'ok', 'httpd exists'],
  ['docker.io/bitnami/redis:7', `${hub}/v2/bitnami/redis/manifests/7`, 'ok', 'exists'],
  ['ghcr.io/shop/web:1', 'ghcr.io/v2/shop/web/manifests/1', 'ok', 'exists'],
  ['quay.io/shop/web:1', 'quay.io/v2/shop/web/manifests/1', 'ok', 'exists'],
  ['public.ecr.aws/nginx/nginx:1', 'public.ecr.aws/v2/nginx/nginx/manifests/1', 'ok', 'exists'],
  [`ghcr.io/a/b:1@${digest}`, `ghcr.io/v2/a/b/manifests/${digest}`, 'ok', 'exists'],
  ['httpd:missing', `${hub}/v2/library/httpd/manifests/missing`, 'problem', 'does not exist'],
  ['quay.io/a/b:missing', 'quay.io/v2/a/b/manifests/missing', 'problem', 'does not exist'],
  ['ghcr.io/shop/private:1', 'ghcr.io/v2/shop/private/manifests/1', 'not-checked', 'credentials'],
  ['ghcr.io/shop/closed:1', 'ghcr.io/v2/shop/closed/manifests/1', 'not-checked', 'credentials'],
  ['ghcr.io/shop/busy:1', 'ghcr.io/v2/shop/busy/manifests/1', 'not-checked', 'answered 429'],
])('%s is asked for as %s: %s', async (image, manifest, status, message) => {
  const { code, finding, asked } = await found(image);
  expect(finding).toMatchObject({ status });
  expect(finding?.message).toContain(message);
  expect(code).toBe(status === 'problem' ? 3 : 0);
  expect(asked[0]?.what).toBe(`HEAD ${manifest}`);
  // Only what everybody gets is sent.
  const sent = new Set(asked.map(({ authorization }) => authorization));
  expect([...sent].filter((one) => one !== undefined && one !== 'Bearer anonymous')).toEqual([]);
});

test('asks for a token for the repository only, in the words of the registry', async () => {
  const { asked } = await found('ghcr.io/shop/web:1');
  expect(asked.map(({ what }) => what)).toEqual([
    'HEAD ghcr.io/v2/shop/web/manifests/1',
    'GET ghcr.io/token?scope=repository%3Ashop%2Fweb%3Apull&service=registry',
    'HEAD ghcr.io/v2/shop/web/manifests/1',
  ]);
});

test.each(['256.1.1.1/app:1', 'registry.internal:99999/app:1'])(
  'the host of %s cannot be asked',
  async (image) => {
    const { code, finding, asked } = await found(image);
    expect(code).toBe(0);
    expect(finding).toMatchObject({ status: 'not-checked' });
    expect(finding?.message).toContain('its name cannot be read');
    expect(asked).toEqual([]);
  },
);

test('asks nobody without the option, nor for an image that needs credentials', async () => {
  await found('httpd', {}, []);
  const repositoryCredentials = {
    credentialsParameter: 'arn:aws:secretsmanager:us-east-1:1:secret:x',
  };
  const { finding, asked } = await found('registry.internal/web:1', { repositoryCredentials });
  expect(finding?.message).toContain('registry.internal does not say so without credentials');
  expect(asked).toEqual([]);
});

test('a registry that cannot be reached is not checked, with the reason', async () => {
  const { code, finding } = await found('unreachable.invalid/web:1');
  expect(code).toBe(0);
  expect(finding).toMatchObject({ status: 'not-checked' });
  expect(finding?.message).toMatch(
    /^whether unreachable\.invalid\/web:1 exists: unreachable\.invalid: /,
  );
});
