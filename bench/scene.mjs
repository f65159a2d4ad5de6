// Sets a large scene in a sandbox, by its own wire protocol.
/** Makes the function that calls the sandbox: `call('ecs', 'CreateCluster', {…})`. */
export function caller({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: region }) {
  const targets = { ecs: 'AmazonEC2ContainerServiceV20141113', ssm: 'AmazonSSM' };
  return async function call(service, operation, input) {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${targets[service]}.${operation}`,
        authorization: `AWS4-HMAC-SHA256 Credential=bench/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(input),
    });
    const answer = await response.json();
    if (response.ok) return answer;
    if (JSON.stringify(answer).includes('Throttling')) return call(service, operation, input);
    throw new Error(`${operation}: ${answer.message}`);
  };
}

/** Creates services of a task definition, and waits until their first deployments are completed. */
export async function createServices(call, taskDefinition, clusters, each) {
  for (const cluster of clusters) {
    await call('ecs', 'CreateCluster', { clusterName: cluster });
    const names = Array.from({ length: each }, (_, index) => `s${index}`);
    await Promise.all(
      names.map((serviceName) =>
        call('ecs', 'CreateService', {
          ...{ cluster, serviceName, taskDefinition, desiredCount: 1, launchType: 'FARGATE' },
        }),
      ),
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 2_000));
}

/** How often each operation was called since the sandbox started. */
export async function callCounts({ AWS_ENDPOINT_URL: endpoint }) {
  const calls = await (
    await fetch(`${endpoint}/_sandbox/calls`, { headers: { connection: 'close' } })
  ).json();
  const counts = {};
  for (const { operation } of calls) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}
