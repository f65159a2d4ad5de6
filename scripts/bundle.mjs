// Bundles src: no dependencies are left, and what is loaded on demand is a file of its own.
// What a start needs together lies in one file: every further module costs Node about a millisecond.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { raw } from './raw.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes the chunks of the program into a folder; what rolldown tells about them. `main.js` is the one to load.
 * The format is `esm`, or `cjs` for the binary.
 */
export async function writeBundle({ dir, format }) {
  const bundle = await rolldown({
    cwd: root,
    input: 'src/main.ts',
    platform: 'node',
    plugins: [unused, raw],
    transform: {
      target: 'node20.19',
      define: {
        // The SDK's notice about coming Node versions is for those who choose the SDK's version: us.
        'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
      },
    },
    // The ES modules of a package leave out what is not used; its CommonJS form cannot.
    resolve: { mainFields: ['module', 'main'] },
  });
  const { output } = await bundle.write({
    dir,
    format,
    // import() in CommonJS would need a loader of its own in the binary.
    dynamicImportInCjs: false,
    minify: true,
    comments: false,
    codeSplitting: {
      groups: [
        { name: 'start', test: atEveryStart, priority: 3 },
        { name: 'common', test: withEveryCommand, priority: 2 },
        { name: 'sdk', test: withEveryClient, priority: 1 },
      ],
    },
  });
  await bundle.close();
  return output;
}

// --- internal ---

/** Leaves out code that would be loaded at every start and that nothing of ours calls. */
const unused = {
  name: 'unused',
  resolveId(id, importer = '') {
    // commander spawns subcommands that are programs of their own: we have none.
    return id === 'node:child_process' && /node_modules.commander./.test(importer)
      ? '\0nothing'
      : null;
  },
  async load(id) {
    if (id === '\0nothing') return 'export default {}';
    if (!/client-ssm.dist-es.schemas.schemas_0\.js$/.test(id)) return null;
    // 140 classes for the errors of Systems Manager: ours are told apart by name, which stays.
    return (await readFile(id, 'utf8')).replace(/^n\d+_registry\.registerError\(.*\);$/gm, '');
  },
};

const atEveryStart =
  /node_modules.@?commander|src.(main|program|access-options|cli|project|project-file|project-options|model.project.file-name|option-values|safe-output|safe-writes|errors|terminal|commands.index|aws.index)\.ts|package\.json$/;
const withEveryClient =
  /node_modules.(@aws-sdk.(core|credential-provider-(node|env))|@smithy.(core|node-http-handler|signature-v4|types)|@aws[/\\])|src.aws.access.(access|profiles|settings|connections|proxy|credentials|credential-sources|profile-credentials|credentials-error|memoized)\.ts/;

const withEveryCommand =
  /src.(model.(problems|secrets.(reference|partition|shown-text|harmless-values|secret-value|secret-rules|generate|agent-json))|operations.(until-interrupted|if-allowed|parameter-store-of)|commands.secrets.(store-option|value-source|mask)|aws.calls.(client|translate-error|pacer|call-limit|journal|repeat|known-values|values-in|decodings|check-answer|needed-members|unreadable-answer)|aws.access.not-sent)\.ts$/;
