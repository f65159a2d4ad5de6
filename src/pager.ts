import { spawn } from 'node:child_process';

/**
 * Shows a text in the user's pager: `PAGER`, or less. Returns false if there is no pager or it does
 * not start; the caller then prints the text. `PAGER=cat` and an empty `PAGER` also return false.
 */
export async function showInPager(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const { PAGER: pager = 'less' } = env;
  if (pager === '' || pager === 'cat') return false;
  return new Promise((resolve) => {
    // With -F, less exits at once if the text fits on the screen.
    const child = spawn(pager, {
      shell: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { LESS: 'FRX', ...env },
    });
    child.on('error', () => {
      resolve(false);
    });
    // Exit codes of a shell: cannot be run, or not found.
    child.on('exit', (code) => {
      resolve(code !== 126 && code !== 127);
    });
    // The write fails if the user quits the pager before the end.
    child.stdin.on('error', () => undefined);
    child.stdin.end(text);
  });
}
