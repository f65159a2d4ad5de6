import { isObject, listOf, membersOf, scalarText, type Members } from './found.ts';

/** What is known about the names that a template refers to. */
export interface TemplateNames {
  /** Values of pseudo parameters (`AWS::Region`) and of parameters; these come before defaults. */
  known: Readonly<Record<string, string | undefined>>;
  /** Which value of `Fn::If` counts: 0 if the condition is true, else 1. */
  choice: 0 | 1;
}

/**
 * What a function of CloudFormation becomes: a text, in which `${NAME}` stands for what only a
 * deployment knows; undefined for `AWS::NoValue` and for a value that is no function.
 */
export class TemplateValues {
  readonly #template: Members;
  readonly #names: TemplateNames;

  constructor(template: Members, names: TemplateNames) {
    this.#template = template;
    this.#names = names;
  }

  /** The value that `Fn::If` chooses, and the path to it; undefined for other values. */
  chosen(value: unknown): { value: unknown; path: (string | number)[] } | undefined {
    const list = functionOf(value)?.name === 'Fn::If' ? functionOf(value)?.argument : undefined;
    const at = this.#names.choice + 1;
    return Array.isArray(list) ? { value: list[at] as unknown, path: ['Fn::If', at] } : undefined;
  }

  /** Whether a value is a function: an object with one member that is called as one. */
  isFunction(value: unknown): boolean {
    return functionOf(value) !== undefined;
  }

  textOf(value: unknown): string | undefined {
    const text = scalarText(value);
    if (text !== undefined) return text;
    const { name, argument } = functionOf(value) ?? {};
    switch (name) {
      case 'Ref':
        return argument === 'AWS::NoValue'
          ? undefined
          : this.#reference(scalarText(argument) ?? '');
      case 'Fn::Sub':
        return this.#substituted(argument);
      case 'Fn::GetAtt':
        return this.#attribute(
          typeof argument === 'string' ? argument : listOf(argument).map(scalarText).join('.'),
        );
      case 'Fn::Join': {
        const [separator, list] = listOf(argument);
        if (!Array.isArray(list)) return '${Fn::Join}';
        return list.map((one) => this.textOf(one) ?? '').join(scalarText(separator) ?? '');
      }
      case 'Fn::If':
        return this.textOf(this.chosen(value)?.value);
      default:
        return name && `\${${name}}`;
    }
  }

  // --- internal ---

  #reference(name: string): string {
    const known = this.#names.known[name];
    if (known !== undefined) return known;
    const standard = scalarText(membersOf(membersOf(this.#template.Parameters)[name]).Default);
    if (standard !== undefined) return standard;
    const { type, properties } = this.#resource(name);
    const own = this.textOf(properties.Name);
    if (own !== undefined && type === 'AWS::SSM::Parameter') return own;
    if (own !== undefined && type === 'AWS::SecretsManager::Secret') {
      return `arn:${this.#reference('AWS::Partition')}:secretsmanager:${this.#reference('AWS::Region')}:${this.#reference('AWS::AccountId')}:secret:${own}`;
    }
    return this.#roleName(name) ?? `\${${name}}`;
  }

  #attribute(written: string): string {
    const [name = '', attribute] = written.split(/\.(.*)/s);
    const role = attribute === 'Arn' ? this.#roleName(name) : undefined;
    if (role === undefined) return `\${${written}}`;
    const account = this.#reference('AWS::AccountId');
    return `arn:${this.#reference('AWS::Partition')}:iam::${account}:role/${role}`;
  }

  #roleName(name: string): string | undefined {
    const { type, properties } = this.#resource(name);
    return type === 'AWS::IAM::Role' ? this.textOf(properties.RoleName) : undefined;
  }

  #resource(name: string): { type: unknown; properties: Members } {
    const { Type, Properties } = membersOf(membersOf(this.#template.Resources)[name]);
    return { type: Type, properties: membersOf(Properties) };
  }

  #substituted(argument: unknown): string {
    const [text, own] = Array.isArray(argument) ? (argument as unknown[]) : [argument];
    const names = membersOf(own);
    return (scalarText(text) ?? '').replace(/\$\{(!?)([\w:.-]+)\}/g, (_, literal, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (name in names) return this.textOf(names[name]) ?? '';
      return name.includes('.') ? this.#attribute(name) : this.#reference(name);
    });
  }
}

// --- internal ---

function functionOf(value: unknown): { name: string; argument: unknown } | undefined {
  if (!isObject(value)) return undefined;
  const [first, ...others] = Object.entries(value);
  if (!first || others.length > 0) return undefined;
  const [name, argument] = first;
  return /^(?:Ref|Condition|Fn::\w+)$/.test(name) ? { name, argument } : undefined;
}
