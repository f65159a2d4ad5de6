import { spawn } from 'node:child_process';

/**
 * Shows a text in the user's pager: `PAGER`, or less. False where there is none, or it does not start; the text
 * is to be printed then. `PAGER=cat` and an empty one print.
 */
export async function showInPager(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const { PAGER: pager = 'less' } = env;
  if (pager === '' || pager === 'cat') return false;
  return new Promise((resolve) => {
    // -F ends less at once where the text fits the screen.
    const child = spawn(pager, {
      shell: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { LESS: 'FRX', ...env },
    });
    child.on('error', () => {
      resolve(false);
    });
    // Of a shell: it cannot be run, or is not there.
    child.on('exit', (code) => {
      resolve(code !== 126 && code !== 127);
    });
    // Whoever ends the pager does not read to the end.
    child.stdin.on('error', () => undefined);
    child.stdin.end(text);
  });
}
