// The work on which programs are compared: ours, and those of others that can do it.
import { mkdir, writeFile } from 'node:fs/promises';

/** A task definition with 10 secrets, an execution role and an image of a registry. */
function definition(family, image) {
  const secrets = Array.from({ length: 10 }, (_, index) => ({
    name: `KEY_${index}`,
    valueFrom: `/s50/key_${index}`,
  }));
  return {
    family,
    executionRoleArn: 'arn:aws:iam::123456789012:role/bench',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: '256',
    memory: '512',
    containerDefinitions: [{ name: 'web', image, essential: true, secrets }],
  };
}

/** Writes the files of the scenes, and stores what they need. `run(args, input)` runs our program, `call` the sandbox. */
export async function setUpPeers(folder, run, call) {
  await mkdir(folder, { recursive: true });
  const write = (name, text) => writeFile(`${folder}/${name}`, text);
  await write(
    'template.json',
    JSON.stringify(definition('template', 'httpd:{{ must_env `TAG` }}')),
  );
  await write('plain.json', JSON.stringify(definition('ours', 'httpd')));
  await write('fabfuel-first.json', JSON.stringify(definition('fabfuel', 'httpd:first')));
  await write('verify.json', JSON.stringify(definition('verify', '127.0.0.1/web')));
  for (const [config, file] of Object.entries({ register: 'template', verify: 'verify' })) {
    await write(
      `${config}.yml`,
      `region: us-east-1\ncluster: bench\ntask_definition: ${file}.json\n`,
    );
  }
  for (const count of [50, 500]) {
    const entries = Array.from({ length: count }, (_, index) => [`key_${index}`, `value ${index}`]);
    const input = JSON.stringify(Object.fromEntries(entries));
    run(['import', '-', '--format', 'json', '--prefix', `/s${count}`], input);
  }
  await call('ecs', 'CreateCluster', { clusterName: 'bench' });
  run(['role', 'create', 'bench', '--task-definition', 'plain.json']);
  run(['register', 'plain.json']);
  run(['register', 'fabfuel-first.json']);
}

/**
 * The scenes. A program is `{ argv(round, self), input, env(round), less }`; `less` is what it does not do that ours
 * does. `self` is how ours is started. Every round makes something new.
 */
export const peerScenes = {
  '`put`, new': {
    ours: { argv: (round, self) => [...self, 'put', `/put/ours${round}`], input: 'x' },
    'chamber write': {
      argv: (round) => ['chamber', 'write', 'put', `chamber${round}`, '-'],
      input: 'x',
    },
    'aws ssm put-parameter': {
      argv: (round) => putByCli(`/put/cli${round}`),
      less: 'does not read first; the value is an argument',
    },
  },
  '`put`, another value': {
    ours: {
      argv: (_round, self) => [...self, 'put', '/put/mine'],
      input: () => String(Math.random()),
    },
    'chamber write': {
      argv: () => ['chamber', 'write', 'put', 'theirs', '-'],
      input: (round) => `x${round}`,
      less: 'KMS key, tier and policies are not kept',
    },
    'aws ssm put-parameter --overwrite': {
      argv: (round) => [...putByCli('/put/cli', `x${round}`), '--overwrite'],
      less: 'attributes are not kept',
    },
  },
  '`get`': {
    ours: { argv: (_round, self) => [...self, 'get', '/s50/key_0', '--reveal'] },
    'chamber read': { argv: () => ['chamber', 'read', '-q', 's50', 'key_0'] },
    'aws ssm get-parameter': {
      argv: () => 'aws ssm get-parameter --with-decryption --name /s50/key_0'.split(' '),
    },
  },
  '`list` of 500': {
    ours: { argv: (_round, self) => [...self, 'list', '/s500'] },
    'chamber list': { argv: () => ['chamber', 'list', 's500'] },
  },
  ...Object.fromEntries(
    [50, 500].flatMap((count) => [
      [
        `\`export\` of ${count}`,
        {
          ours: { argv: (_round, self) => [...self, 'export', `/s${count}`] },
          'chamber export': { argv: () => ['chamber', 'export', `s${count}`] },
        },
      ],
      [
        `\`exec\` with ${count}`,
        {
          ours: { argv: (_round, self) => [...self, 'exec', `/s${count}`, '--', 'true'] },
          'chamber exec': { argv: () => ['chamber', 'exec', `s${count}`, '--', 'true'] },
        },
      ],
    ]),
  ),
  '`register`, changed': {
    ours: {
      argv: (round, self) => [...self, 'register', 'plain.json', '--image', `web=httpd:${round}`],
    },
    'ecspresso register': {
      argv: () => ['ecspresso', 'register', '--config', 'register.yml'],
      env: (round) => ({ TAG: `t${round}` }),
      less: 'registers unseen: no check of secrets and role, a new revision each time',
    },
    'aws ecs register-task-definition': {
      argv: () =>
        'aws ecs register-task-definition --cli-input-json file://fabfuel-first.json --family cli'.split(
          ' ',
        ),
      less: 'registers unseen, a new revision each time',
    },
    'ecs update (ecs-deploy)': {
      argv: (round) => ['ecs', 'update', 'fabfuel', '--image', 'web', `httpd:t${round}`],
      less: 'no check of secrets and role; deregisters the old revision',
    },
  },
  '`verify` of a file': {
    ours: { argv: (_round, self) => [...self, 'verify', 'verify.json'] },
    'ecspresso verify': {
      argv: () => ['ecspresso', 'verify', '--config', 'verify.yml'],
      less: 'assumes the execution role, reads the values',
      needsRegistry: true,
    },
  },
};

// --- internal ---

function putByCli(name, value = 'x') {
  return [...'aws ssm put-parameter --type SecureString --name'.split(' '), name, '--value', value];
}
