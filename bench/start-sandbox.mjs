import { spawn } from 'node:child_process';

/** Starts the sandbox as a process of its own, as a user would; its process, and the variables that it prints. */
export function startSandbox(bin, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'sandbox', ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
      if (!text.includes('AWS_EC2_METADATA_DISABLED')) return;
      const lines = [...text.matchAll(/^export (\w+)=(.*)$/gm)];
      resolve({ child, env: Object.fromEntries(lines.map(([, name, value]) => [name, value])) });
    });
    child.on('error', reject);
  });
}
