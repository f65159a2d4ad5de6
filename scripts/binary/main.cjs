// The main script of the binary. It loads the chunks of the program from the assets of the binary, with the code that
// V8 made of them when the binary was built. Then Node.js runs this script on the files of a folder instead,
// ECS_SECRETS_CHUNKS, and writes beside each file that it loads what V8 made of it (NAME.cache).
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { getAsset, getRawAsset, isSea } = require('node:sea');
const { Script } = require('node:vm');

const folder = isSea() ? undefined : process.env.ECS_SECRETS_CHUNKS;
const modules = new Map();
const scripts = new Map();

function load(name) {
  const known = modules.get(name);
  if (known) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  const script = new Script(`(function(exports,require,module,__filename){${textOf(name)}\n})`, {
    filename: name,
    cachedData: codeOf(name),
  });
  scripts.set(name, script);
  script.runInThisContext()(
    module.exports,
    (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id)),
    module,
    join(folder ?? '/', name),
  );
  return module.exports;
}

function textOf(name) {
  return folder ? readFileSync(join(folder, name), 'utf8') : getAsset(name, 'utf8');
}

/** What V8 made of a chunk, if anything. */
function codeOf(name) {
  try {
    const cache = `${name}.cache`;
    return folder ? readFileSync(join(folder, cache)) : Buffer.from(getRawAsset(cache));
  } catch {
    return undefined;
  }
}

// Node's own code for a program that ends before it has come to a result.
process.exitCode = 13;
load('main.js')
  .main(process.argv.slice(2))
  .then((exitCode) => {
    if (folder) {
      for (const [name, script] of scripts) {
        writeFileSync(join(folder, `${name}.cache`), script.createCachedData());
      }
    }
    process.exitCode = exitCode;
    // After an interrupt a call may still be under way: nobody waits for its answer.
    if (exitCode === 130) process.exit();
  });
