import ts from 'typescript';

/** A text of a source file: a literal, or a template with a name for everything that is put in. */
export interface SourceText {
  /** With X for what is put in. */
  filled: string;
  /** With {name} for what is put in, or {…} where it has no short name. */
  template: string;
}

/** All texts of a source file, in their order. Module names and types are none. */
export function textsIn(source: string): SourceText[] {
  const texts: SourceText[] = [];
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
  const nameOf = (expression: ts.Expression): string => {
    const text = expression.getText(file);
    return /^[\w.]+(\(\))?$/.test(text) && text.length < 40
      ? `{${text.replace('()', '').split('.').at(-1) ?? ''}}`
      : '{…}';
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      texts.push({ filled: node.text, template: node.text });
    }
    if (ts.isTemplateExpression(node)) {
      const joined = (put: (expression: ts.Expression) => string): string =>
        node.head.text +
        node.templateSpans.map((span) => put(span.expression) + span.literal.text).join('');
      texts.push({ filled: joined(() => 'X'), template: joined(nameOf) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts;
}
