#!/usr/bin/env node
'use strict';
const { enableCompileCache } = require('node:module');

// Node 22 and later keep compiled code between runs; older ones have no such function.
enableCompileCache?.();

// Node's own code for a program that ends before it has come to a result.
process.exitCode = 13;
require('../dist/main.js')
  .main(process.argv.slice(2))
  .then((exitCode) => {
    process.exitCode = exitCode;
    // After an interrupt a call may still be under way: nobody waits for its answer.
    if (exitCode === 130) process.exit();
  });
