import type { Tag } from '../tag.ts';

/** An attribute of a container instance. */
export interface Attribute {
  name: string;
  value?: string;
}

/** A machine of the user's on which tasks of the launch types EC2 and EXTERNAL run. */
export interface ContainerInstance {
  id: string;
  arn: string;
  ec2InstanceId: string | undefined;
  status: 'ACTIVE' | 'INACTIVE';
  version: number;
  versionInfo: { agentVersion?: string; agentHash?: string; dockerVersion?: string };
  resources: unknown[];
  attributes: Map<string, string | undefined>;
  registeredAt: number;
  tags: Tag[];
}
