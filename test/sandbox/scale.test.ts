import { Agent, request } from 'node:http';
import { expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';

/** Calls ECS without the SDK, whose own work would count too. */
function callerOf(url: string, agent: Agent) {
  const headers = {
    authorization:
      'AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=0',
  };
  return (operation: string, input: object): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const target = `AmazonEC2ContainerServiceV20141113.${operation}`;
      const sent = request(
        url,
        { method: 'POST', agent, headers: { ...headers, 'x-amz-target': target } },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () => {
            resolve(JSON.parse(text) as Record<string, unknown>);
          });
        },
      );
      sent.on('error', reject);
      sent.end(JSON.stringify(input));
    });
}

test('sets up a thousand services in twenty clusters over HTTP', async () => {
  const sandbox = await startSandbox();
  const agent = new Agent({ keepAlive: true });
  const call = callerOf(sandbox.url, agent);
  await call('RegisterTaskDefinition', {
    family: 'web',
    containerDefinitions: [{ name: 'app', image: 'nginx' }],
  });
  const clusters = Array.from({ length: 20 }, (_, index) => `c${index}`);
  const create = async (cluster: string): Promise<void> => {
    await call('CreateCluster', { clusterName: cluster });
    for (let index = 0; index < 50; index += 1) {
      await call('CreateService', {
        cluster,
        serviceName: `s${index}`,
        taskDefinition: 'web',
        desiredCount: 2,
      });
    }
  };
  await Promise.all(clusters.map(create));

  const isDone = async (cluster: string, first: number): Promise<boolean> => {
    const names = Array.from({ length: 10 }, (_, index) => `s${first + index}`);
    const { services } = await call('DescribeServices', { cluster, services: names });
    return (services as { runningCount: number; deployments: { rolloutState: string }[] }[]).every(
      ({ runningCount, deployments: [deployment] }) =>
        runningCount === 2 && deployment?.rolloutState === 'COMPLETED',
    );
  };
  for (const cluster of clusters) {
    for (let first = 0; first < 50; first += 10) {
      while (!(await isDone(cluster, first))) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  const calls = (await (await fetch(`${sandbox.url}/_sandbox/calls`)).json()) as {
    operation: string;
  }[];
  const count = (operation: string): number =>
    calls.filter((one) => one.operation === operation).length;
  expect(count('CreateService')).toBe(1000);
  expect(count('CreateCluster')).toBe(20);
  expect(count('DescribeServices')).toBeGreaterThanOrEqual(100);
  agent.destroy();
  await sandbox.close();
});
