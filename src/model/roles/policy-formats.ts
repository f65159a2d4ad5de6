import type { PolicyDocument } from './policy.ts';

/** The ways in which a policy document is written. */
export const policyFormats = ['json', 'cloudformation', 'terraform'] as const;
export type PolicyFormat = (typeof policyFormats)[number];

/** Writes a policy document: as IAM takes it, or as part of a template, under a name of letters. */
export function formatPolicy(document: PolicyDocument, format: PolicyFormat, name: string): string {
  if (format === 'json') return JSON.stringify(document, null, 2);
  return format === 'terraform' ? terraform(document, name) : cloudFormation(document, name);
}

// --- internal ---

/** A data source `aws_iam_policy_document` (Terraform AWS provider). */
function terraform({ Statement }: PolicyDocument, name: string): string {
  const label = name.replace(/(?!^)([A-Z])/g, '_$1').toLowerCase();
  const statements = Statement.map((statement) => {
    const { Sid, Action, Resource = [], Condition = {} } = statement;
    const conditions = Object.entries(Condition).flatMap(([test, entries]) =>
      Object.entries(entries).map(([variable, values]) =>
        block('condition', [
          ['test', quoted(test)],
          ['variable', quoted(variable)],
          ['values', list(values)],
        ]),
      ),
    );
    return block(
      'statement',
      [
        ['sid', quoted(Sid)],
        ['actions', list(Action)],
        ['resources', list(Resource)],
      ],
      conditions,
    );
  });
  return block(`data "aws_iam_policy_document" "${label}"`, [], statements);
}

function block(head: string, entries: [string, string][], inner: string[] = []): string {
  // terraform fmt lines up the signs of entries that stand on one line each, one after the other.
  const single = entries.filter(([, value]) => !value.includes('\n'));
  const width = Math.max(0, ...single.map(([key]) => key.length));
  const lines = entries.map(([key, value]) =>
    value.includes('\n') ? `${key} = ${value}` : `${key.padEnd(width)} = ${value}`,
  );
  const parts = [...(lines.length > 0 ? [lines.join('\n')] : []), ...inner];
  return `${head} {\n${indented(parts.join('\n\n'))}\n}`;
}

function list(values: string | readonly string[]): string {
  const all = typeof values === 'string' ? [values] : values;
  if (all.length === 1) return `[${quoted(all[0] ?? '')}]`;
  return `[\n${indented(all.map((value) => `${quoted(value)},`).join('\n'))}\n]`;
}

/** HCL takes `${` and `%{` for templates unless their first character is doubled. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[$%](?=\{)/g, '$&$&');
}

/** A resource `AWS::IAM::ManagedPolicy` in YAML, which takes JSON where a value stands. */
function cloudFormation(document: PolicyDocument, name: string): string {
  const policy = JSON.stringify(document, null, 2);
  return [
    'Resources:',
    `  ${name}:`,
    '    Type: AWS::IAM::ManagedPolicy',
    '    Properties:',
    `      PolicyDocument: ${indented(policy, 8).trimStart()}`,
  ].join('\n');
}

function indented(text: string, spaces = 2): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(spaces));
}
