import { checkWire, wire, type WireShape } from '../protocol/wire-shape.ts';

/**
 * Refuses a request with a member of another kind of JSON than its model says (SerializationException).
 * Only members that this sandbox reads are looked at.
 */
export function checkRequest(operation: string, input: Record<string, unknown>): void {
  const members = Object.hasOwn(requests, operation) ? requests[operation] : undefined;
  if (members) checkWire(input, wire({ cluster: 'text', tags, include: texts, ...members }));
}

// --- internal ---

type Members = Readonly<Record<string, WireShape>>;

const texts: WireShape = ['text'];
const textMap: WireShape = { mapOf: 'text' };
const structures: WireShape = [wire({})];
const tags: WireShape = [wire({ key: 'text', value: 'text' })];
const pairs: WireShape = [wire({ name: 'text', value: 'text' })];
const references: WireShape = [wire({ name: 'text', valueFrom: 'text' })];
const page: Members = { nextToken: 'text', maxResults: 'number' };

const logConfiguration = wire({
  logDriver: 'text',
  options: textMap,
  secretOptions: references,
});

const container = wire({
  name: 'text',
  image: 'text',
  essential: 'flag',
  cpu: 'number',
  memory: 'number',
  memoryReservation: 'number',
  command: texts,
  entryPoint: texts,
  environment: pairs,
  environmentFiles: [wire({ value: 'text', type: 'text' })],
  secrets: references,
  credentialSpecs: texts,
  logConfiguration,
  firelensConfiguration: wire({ type: 'text', options: textMap }),
  repositoryCredentials: wire({ credentialsParameter: 'text' }),
  dockerLabels: textMap,
  portMappings: [wire({ containerPort: 'number', hostPort: 'number', protocol: 'text' })],
  dependsOn: [wire({ containerName: 'text', condition: 'text' })],
  mountPoints: structures,
  volumesFrom: structures,
  systemControls: structures,
});

const taskDefinition: Members = {
  family: 'text',
  taskRoleArn: 'text',
  executionRoleArn: 'text',
  networkMode: 'text',
  cpu: 'text',
  memory: 'text',
  containerDefinitions: [container],
  volumes: structures,
  placementConstraints: structures,
  requiresCompatibilities: texts,
  runtimePlatform: wire({ operatingSystemFamily: 'text', cpuArchitecture: 'text' }),
};

const launch: Members = {
  taskDefinition: 'text',
  launchType: 'text',
  platformVersion: 'text',
  capacityProviderStrategy: [wire({ capacityProvider: 'text' })],
  networkConfiguration: wire({
    awsvpcConfiguration: wire({ subnets: texts, securityGroups: texts, assignPublicIp: 'text' }),
  }),
  propagateTags: 'text',
  enableECSManagedTags: 'flag',
  enableExecuteCommand: 'flag',
};

const deploymentConfiguration = wire({
  minimumHealthyPercent: 'number',
  maximumPercent: 'number',
  deploymentCircuitBreaker: wire({
    enable: 'flag',
    rollback: 'flag',
    resetOnHealthyTask: 'flag',
    thresholdConfiguration: wire({ type: 'text', value: 'number' }),
  }),
  earlySuccessCriteria: wire({
    enable: 'flag',
    healthyPercent: 'number',
    sourceServiceRevisionCleanup: 'text',
  }),
  strategy: 'text',
  bakeTimeInMinutes: 'number',
  lifecycleHooks: [
    wire({
      targetType: 'text',
      hookTargetArn: 'text',
      lifecycleStages: texts,
      timeoutConfiguration: wire({ timeoutInMinutes: 'number', action: 'text' }),
    }),
  ],
  linearConfiguration: wire({ stepPercent: 'number', stepBakeTimeInMinutes: 'number' }),
  canaryConfiguration: wire({ canaryPercent: 'number', canaryBakeTimeInMinutes: 'number' }),
});

const service: Members = {
  ...launch,
  desiredCount: 'number',
  deploymentConfiguration,
  deploymentController: wire({ type: 'text' }),
  loadBalancers: structures,
  serviceRegistries: structures,
  placementConstraints: structures,
  placementStrategy: structures,
  serviceConnectConfiguration: wire({ namespace: 'text', logConfiguration }),
};

const daemon: Members = { daemonTaskDefinitionArn: 'text', capacityProviderArns: texts };

const requests: Readonly<Record<string, Members>> = {
  CreateCluster: {
    clusterName: 'text',
    settings: pairs,
    capacityProviders: texts,
    defaultCapacityProviderStrategy: structures,
  },
  DescribeClusters: { clusters: texts },
  ListClusters: page,
  DeleteCluster: {},
  RegisterContainerInstance: {
    instanceIdentityDocument: 'text',
    containerInstanceArn: 'text',
    versionInfo: wire({ agentVersion: 'text', agentHash: 'text', dockerVersion: 'text' }),
    attributes: pairs,
    totalResources: structures,
  },
  DeregisterContainerInstance: { containerInstance: 'text', force: 'flag' },
  ListContainerInstances: { ...page, status: 'text', filter: 'text' },
  DescribeContainerInstances: { containerInstances: texts },
  RegisterTaskDefinition: taskDefinition,
  DescribeTaskDefinition: { taskDefinition: 'text' },
  DeregisterTaskDefinition: { taskDefinition: 'text' },
  DeleteTaskDefinitions: { taskDefinitions: texts },
  ListTaskDefinitions: { ...page, familyPrefix: 'text', status: 'text', sort: 'text' },
  ListTaskDefinitionFamilies: { ...page, familyPrefix: 'text', status: 'text' },
  RegisterDaemonTaskDefinition: {
    family: 'text',
    taskRoleArn: 'text',
    executionRoleArn: 'text',
    containerDefinitions: [container],
    cpu: 'text',
    memory: 'text',
    volumes: structures,
  },
  DescribeDaemonTaskDefinition: { daemonTaskDefinition: 'text' },
  CreateDaemon: { ...daemon, daemonName: 'text', clusterArn: 'text' },
  UpdateDaemon: { ...daemon, daemonArn: 'text' },
  ListDaemons: { ...page, clusterArn: 'text', capacityProviderArns: texts },
  DescribeDaemon: { daemonArn: 'text' },
  DescribeDaemonRevisions: { daemonRevisionArns: texts },
  ListDaemonDeployments: { ...page, daemonArn: 'text', status: texts },
  DescribeDaemonDeployments: { daemonDeploymentArns: texts },
  ListDaemonTaskDefinitions: {
    ...page,
    familyPrefix: 'text',
    family: 'text',
    revision: 'text',
    status: 'text',
    sort: 'text',
  },
  CreateService: { ...service, serviceName: 'text', schedulingStrategy: 'text' },
  UpdateService: { ...service, service: 'text', forceNewDeployment: 'flag' },
  DescribeServices: { services: texts },
  ListServices: {
    ...page,
    launchType: 'text',
    schedulingStrategy: 'text',
    resourceManagementType: 'text',
  },
  DeleteService: { service: 'text', force: 'flag' },
  ListServiceDeployments: {
    ...page,
    service: 'text',
    status: texts,
    createdAt: wire({ before: 'number', after: 'number' }),
  },
  DescribeServiceDeployments: { serviceDeploymentArns: texts },
  DescribeServiceRevisions: { serviceRevisionArns: texts },
  StopServiceDeployment: { serviceDeploymentArn: 'text', stopType: 'text' },
  ContinueServiceDeployment: { serviceDeploymentArn: 'text', hookId: 'text', action: 'text' },
  RunTask: {
    ...launch,
    count: 'number',
    group: 'text',
    startedBy: 'text',
    overrides: wire({
      executionRoleArn: 'text',
      taskRoleArn: 'text',
      cpu: 'text',
      memory: 'text',
      containerOverrides: [wire({ name: 'text', environment: pairs, command: texts })],
    }),
    clientToken: 'text',
  },
  StopTask: { task: 'text', reason: 'text' },
  ListTasks: {
    ...page,
    serviceName: 'text',
    family: 'text',
    startedBy: 'text',
    desiredStatus: 'text',
    launchType: 'text',
    containerInstance: 'text',
  },
  DescribeTasks: { tasks: texts },
  TagResource: { resourceArn: 'text' },
  UntagResource: { resourceArn: 'text', tagKeys: texts },
  ListTagsForResource: { resourceArn: 'text' },
};
