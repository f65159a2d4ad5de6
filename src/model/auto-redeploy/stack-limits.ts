import type { Template } from './stack.ts';
import { largestPolicy } from './roles.ts';

/** Bytes of a template in S3 (CloudFormation quotas). */
const largestTemplate = 1_000_000;
/** Bytes of a definition (Step Functions quotas). */
const largestDefinition = 1_048_576;
/** Characters of an event pattern (EventBridge quotas). */
const largestPattern = 2_048;

/**
 * The limits of AWS that a stack exceeds, for people, with what makes it so large: its resources could
 * not be created.
 */
export function stackLimits(template: Template): string[] {
  const found: string[] = [];
  const check = (what: string, value: unknown, most: number, options: string): void => {
    const size = Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
    if (size > most) found.push(`${what} has ${size} bytes; AWS accepts ${most}: ${options}`);
  };
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::Events::Rule' && Properties.EventPattern !== undefined) {
      check('an event pattern', Properties.EventPattern, largestPattern, fewerSecrets);
    }
    if (Type === 'AWS::IAM::Role') {
      const [policy] = Properties.Policies as { PolicyDocument: unknown }[];
      check('a role policy', filledIn(policy?.PolicyDocument), largestPolicy, fewerSecrets);
    }
    if (Type === 'AWS::StepFunctions::StateMachine') {
      const definition = Properties.DefinitionString;
      check('the state machine', definition, largestDefinition, fewerServices);
    }
  }
  check('the template', template, largestTemplate, fewerServices);
  return found;
}

// --- internal ---

const fewerSecrets = 'use --prefix instead of many --secret and --prefix options';
const fewerServices =
  'narrow the list with --cluster, --prefix or --secret, or omit --services-from';

/** A policy with values as long as the longest of a region. */
function filledIn(policy: unknown): string {
  return JSON.stringify(policy)
    .replace(/\{"Fn::Sub":("[^"]*")\}/g, '$1')
    .replaceAll('${AWS::Partition}', 'aws-us-gov')
    .replaceAll('${AWS::Region}', 'ap-northeast-1')
    .replaceAll('${AWS::AccountId}', '123456789012');
}
