import { afterAll, expect, vi } from 'vitest';

// Test files share a process (`isolate: false`): one that leaves it changed would break another, not itself.
const env = { ...process.env };
const folder = process.cwd();

afterAll(() => {
  const names = new Set([...Object.keys(env), ...Object.keys(process.env)]);
  const changed = [...names].filter((name) => process.env[name] !== env[name]);
  expect(changed, 'environment variables that this file leaves changed').toEqual([]);
  expect(process.cwd(), 'the folder that this file leaves').toBe(folder);
  expect(vi.isFakeTimers(), 'this file leaves fake timers').toBe(false);
});
