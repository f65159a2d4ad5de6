import { largestTemplate, type Template } from './stack.ts';
import { terraformStack } from './terraform.ts';

/** The ways in which a stack is written. */
export const stackFormats = ['cloudformation', 'terraform', 'json'] as const;
export type StackFormat = (typeof stackFormats)[number];

/** Writes a stack: a CloudFormation template in YAML or JSON, or in Terraform's language. */
export function formatStack(template: Template, format: StackFormat): string {
  if (format === 'terraform') return terraformStack(template);
  if (format === 'json') {
    // For S3 a template has at most 1 MB.
    const compact = JSON.stringify(template);
    return compact.length > largestTemplate ? compact : JSON.stringify(template, null, 2);
  }
  return yaml(template).trimStart();
}

// --- internal ---

/** The characters of a key or a text that stand in YAML without quotes. */
const plain = /^[A-Za-z][\w]*(?:::[\w]+)*$/;
/** What YAML takes for something else than a text. */
const word = /^(?:true|false|yes|no|on|off|null|y|n)$/i;

/** A value in block style; texts are in quotes, as JSON writes them, unless they are single words. */
function yaml(value: unknown, depth = 0): string {
  const indent = `\n${'  '.repeat(depth)}`;
  if (typeof value === 'string') {
    return plain.test(value) && !word.test(value) ? ` ${value}` : ` ${JSON.stringify(value)}`;
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return ' []';
    return value.map((one) => `${indent}-${yaml(one, depth + 1)}`).join('');
  }
  if (typeof value !== 'object' || value === null) return ` ${String(value)}`;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  if (entries.length === 0) return ' {}';
  return entries
    .map(([key, member]) => {
      const name = plain.test(key) && !word.test(key) ? key : JSON.stringify(key);
      return `${indent}${name}:${yaml(member, depth + 1)}`;
    })
    .join('');
}
