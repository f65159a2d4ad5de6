/** An attribute of a block. */
export type Entry = readonly [name: string, text: string];

/** A value in HCL. What CloudFormation fills in becomes what Terraform fills in. */
export function hcl(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${indented(value.map((one) => `${hcl(one)},`).join('\n'))}\n]`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const { 'Fn::Sub': text, Ref, 'Fn::GetAtt': attribute } = value as Record<string, unknown>;
  if (typeof text === 'string') return filledIn(text);
  if (typeof Ref === 'string') return reference(Ref);
  if (Array.isArray(attribute)) return reference(String(attribute[0]));
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  if (entries.length === 0) return '{}';
  return `{\n${indented(lines(entries.map(([key, member]) => [quoted(key), hcl(member)])))}\n}`;
}

/** A block: its head, its attributes, and the blocks inside. */
export function block(
  head: string,
  entries: readonly Entry[],
  inner: readonly string[] = [],
): string {
  return `${head} {\n${indented([lines(entries), ...inner].join('\n\n'))}\n}`;
}

/** A name of CloudFormation as Terraform writes it: `RetentionInDays`, `retention_in_days`. */
export function snake(name: string): string {
  return name.replace(/(?!^)([A-Z])/g, '_$1').toLowerCase();
}

// --- internal ---

function reference(id: string): string {
  const kind = id === 'Topic' ? 'aws_sns_topic' : 'aws_sfn_state_machine';
  return `${kind}.auto_redeploy_${snake(id)}.arn`;
}

function filledIn(text: string): string {
  const parts: Readonly<Record<string, string>> = {
    'AWS::Partition': 'data.aws_partition.current.partition',
    // Its id is the region in versions 5 and 6 of the provider.
    'AWS::Region': 'data.aws_region.current.id',
    'AWS::AccountId': 'data.aws_caller_identity.current.account_id',
  };
  return JSON.stringify(
    text.replace(/\$\{([\w:]+)\}/g, (_, name: string) => `\${${parts[name] ?? ''}}`),
  );
}

/** terraform fmt lines up the signs of entries that stand on one line each, one after the other. */
function lines(entries: readonly Entry[]): string {
  const isSingle = ([, text]: Entry): boolean => !text.includes('\n');
  return entries
    .map((entry, at) => {
      if (!isSingle(entry)) return `${entry[0]} = ${entry[1]}`;
      let first = at;
      let last = at;
      while (first > 0 && isSingle(entries[first - 1] ?? entry)) first -= 1;
      while (last < entries.length - 1 && isSingle(entries[last + 1] ?? entry)) last += 1;
      const width = Math.max(...entries.slice(first, last + 1).map(([name]) => name.length));
      return `${entry[0].padEnd(width)} = ${entry[1]}`;
    })
    .join('\n');
}

/** HCL takes `${` and `%{` for templates unless their first character is doubled. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[$%](?=\{)/g, '$&$&');
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
