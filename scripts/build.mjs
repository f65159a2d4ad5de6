// Bundles src into dist: one entry, a chunk for whatever is loaded on demand, no dependencies left.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm(new URL('../dist', import.meta.url), { recursive: true, force: true });
await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // The ES modules of a package leave out what is not used; its CommonJS form cannot.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  // Some dependencies are CommonJS and want the built-in modules through `require`.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  define: {
    // The SDK's notice about coming Node versions is for those who choose the SDK's version: us.
    'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
  },
  logLevel: 'warning',
});
