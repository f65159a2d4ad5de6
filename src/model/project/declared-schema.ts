import * as z from 'zod/mini';

// The members of the project file that declare secrets. What they mean: model/environment/declared.ts.

const template = text(
  /^(?:(?:ssm:)?\/|ssm:|sm:|arn:)(?:[\w.@+=!:/-]|\{[A-Za-z]\w*\})+$/,
  'a reference: /path/NAME, ssm:NAME, sm:NAME[:KEY] or an ARN, with {env} for the environment. Do not put a value in this file',
);

const environmentName = text(
  /^[A-Za-z0-9][\w.-]{0,62}$/,
  'the name of an environment: letters, digits, "_", "." and "-"',
);

const containerName = text(/^[\w-]{1,255}$/, 'the name of a container');

const required = z.optional(z.boolean('must be true or false'));

const override = z.strictObject({ from: z.optional(template), required }, 'must be an object');

const declaredSecret = z.strictObject(
  {
    from: template,
    required,
    description: z.optional(z.string('must be a text')),
    container: z.optional(
      z.union([containerName, z.array(containerName)], 'must be a container or a list'),
    ),
    environments: z.optional(
      z.union(
        [
          z.array(environmentName),
          z.record(
            environmentName,
            z.union(
              [template, z.literal(false), override],
              'must be a reference, false or an object',
            ),
          ),
        ],
        'must be a list or an object',
      ),
    ),
  },
  'must be an object',
);

/** The member `secrets`: variables with what each comes from. */
export const secretsSchema = z.record(
  text(/^[A-Za-z_]\w{0,254}$/, 'the name of a variable'),
  z.union([template, declaredSecret], 'must be a reference, or an object with "from"'),
  'must be an object',
);

/** The member `environments`: names, or names with what the placeholders stand for. */
export const environmentsSchema = z.union(
  [
    z.array(environmentName),
    z.record(
      environmentName,
      z.record(
        text(/^[A-Za-z]\w{0,62}$/, 'the name of a placeholder'),
        text(
          /^[A-Za-z0-9][\w.@+=-]{0,99}$/,
          'a part of a name: letters, digits and "_.@+=-", without "/"',
        ),
        'must be an object',
      ),
      'must be an object',
    ),
  ],
  'must be a list or an object',
);

// --- internal ---

function text(pattern: RegExp, what: string) {
  return z.string(`must be ${what}`).check(z.regex(pattern, `must be ${what}`));
}
