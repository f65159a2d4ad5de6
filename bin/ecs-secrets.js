#!/usr/bin/env node
import module from 'node:module';

// Node 22 and later keep compiled code between runs; older ones have no such function.
module.enableCompileCache?.();

const { main } = await import('../dist/main.js');
process.exitCode = await main(process.argv.slice(2));
// After an interrupt a call may still be under way: nobody waits for its answer.
if (process.exitCode === 130) process.exit();
