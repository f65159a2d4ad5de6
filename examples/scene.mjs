// Sets the scene for quickstart.sh: what `aws ecs create-cluster` and `aws ecs create-service` do,
// written with fetch so that the demo needs nothing but Node. `environment` shows what a running
// container was given, which only the sandbox can tell.
const endpoint = process.env.AWS_ENDPOINT_URL;
const region = process.env.AWS_REGION;

async function ecs(operation, input) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
      // The sandbox reads the region from the credential scope and checks no signature.
      authorization: `AWS4-HMAC-SHA256 Credential=demo/20260101/${region}/ecs/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${operation}: ${answer.message}`);
  return answer;
}

const [command, cluster, service, taskDefinition] = process.argv.slice(2);
if (command === 'create-service') {
  await ecs('CreateCluster', { clusterName: cluster });
  await ecs('CreateService', {
    cluster,
    serviceName: service,
    taskDefinition,
    desiredCount: 2,
    launchType: 'FARGATE',
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
  });
  for (;;) {
    const { services } = await ecs('DescribeServices', { cluster, services: [service] });
    if (services[0].deployments[0].rolloutState === 'COMPLETED') break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log(`service ${cluster}/${service} runs 2 tasks of ${taskDefinition}`);
} else if (command === 'environment') {
  const { taskArns } = await ecs('ListTasks', { cluster, serviceName: service });
  for (const arn of taskArns) {
    const id = arn.split('/').at(-1);
    const task = await (await fetch(`${endpoint}/_sandbox/tasks/${id}/environment`)).json();
    for (const { name, environment } of task.containers) {
      console.log(`task ${id.slice(0, 8)}, container ${name}: ${JSON.stringify(environment)}`);
    }
  }
} else {
  throw new Error('usage: scene.mjs create-service|environment CLUSTER SERVICE [TASK-DEFINITION]');
}
