import type { CloudFormation } from '../../aws/cloudformation.ts';
import type { AutoRedeployOptions } from '../../model/auto-redeploy/options.ts';

/** The template of a deployed stack. */
export interface DeployedTemplate {
  /** Undefined for one that is not readable. */
  template: object | undefined;
  /** The options in its metadata; undefined for a template that is not of `auto-redeploy`. */
  options: AutoRedeployOptions | undefined;
  /** The resources in it: logical ID and type. */
  resources: { resource: string; type: string }[];
}

/** Reads the template of a stack, which is JSON, or YAML if another tool deployed it. */
export async function deployedTemplate(
  cloudFormation: CloudFormation,
  stackId: string,
): Promise<DeployedTemplate> {
  const parsed = await parse(await cloudFormation.template(stackId));
  if (typeof parsed !== 'object' || parsed === null) {
    return { template: undefined, options: undefined, resources: [] };
  }
  const { Metadata, Resources } = parsed as {
    Metadata?: { EcsSecrets?: { options?: AutoRedeployOptions } };
    Resources?: Record<string, { Type?: string } | null>;
  };
  return {
    template: parsed,
    options: Metadata?.EcsSecrets?.options,
    resources: Object.entries(Resources ?? {}).map(([resource, one]) => ({
      resource,
      type: String(one?.Type),
    })),
  };
}

// --- internal ---

async function parse(text: string): Promise<unknown> {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const { parseDocument } = await import('yaml');
    const document = parseDocument(text, { logLevel: 'silent' });
    return document.errors.length > 0 ? undefined : (document.toJS() as unknown);
  }
}
