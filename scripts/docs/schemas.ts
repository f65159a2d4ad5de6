// The JSON Schemas under docs/schemas, from the types in src/commands/*/documents.ts: `role create --json`
// prints a RoleCreateDocument.
import { join } from 'node:path';
import type * as Library from 'ts-json-schema-generator';

/** The version of the schemas; docs/json.md says what may change within it. */
const version = 'v1';

/** The file name of a document's schema: `role-create.json`. */
export function schemaFile(name: string): string {
  return `${name.replaceAll(' ', '-')}.json`;
}

/**
 * Makes the schemas: answers the text of a command's schema by the name of the command, and that of errors
 * by `error`. It throws for a command without a document, and says what to add. The library is handed in
 * since it finds TypeScript's own files beside itself only, and this file is bundled.
 */
export function schemaMaker(
  { createGenerator, RootlessError }: typeof Library,
  root: string,
): (name: string) => string {
  const generator = createGenerator({
    path: join(root, 'src/commands/**/documents.ts'),
    // It leaves out the types of Node.js, which takes half the time.
    tsconfig: join(root, 'scripts/docs/schemas.tsconfig.json'),
    // npm run typecheck does that, with our own version of TypeScript.
    skipTypeCheck: true,
    topRef: false,
    sortProps: false,
  });
  return (name) => {
    const type = typeName(name);
    try {
      const { $schema, $ref, ...schema } = generator.createSchema(type);
      const $id = `ecs-secrets/${version}/${schemaFile(name)}`;
      const title = name === 'error' ? 'ecs-secrets: an error' : `ecs-secrets ${name} --json`;
      // Draft 7 ignores what stands beside a $ref.
      const whole = { $schema, $id, title, ...($ref && { allOf: [{ $ref }] }), ...schema };
      return `${JSON.stringify(whole, null, 2)}\n`;
    } catch (error) {
      if (!(error instanceof RootlessError)) throw error;
      throw new Error(
        [
          `"ecs-secrets ${name}" has no schema: there is no type ${type}.`,
          `Describe in src/commands/SUBJECT/documents.ts what --json prints, as the type ${type};`,
          `let run() of the command return Promise<Result<${type}>>; run npm run docs.`,
          'A command that prints no document goes into withoutDocument in src/manual/facts.ts.',
        ].join('\n'),
        { cause: error },
      );
    }
  };
}

// --- internal ---

/** `RoleCreateDocument` of `role create`. */
function typeName(name: string): string {
  const words = name.split(/[ -]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Document`;
}
