// Writes docs/rotate.svg from a run in the sandbox.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { columns, recordRotations, type Scene } from './record.ts';
import { animation } from './svg.ts';

const label =
  'A recording of ecs-secrets rotate: three services get a new password; then a bad password is rolled back';

/**
 * Records the picture. It stays as it is if the commands print the same as in it, numbers aside: no two
 * runs take equally long. Throws if the runs end otherwise than the picture is to show.
 */
export async function writePicture(root: string): Promise<void> {
  const scenes = await recordRotations(root);
  const codes = scenes.map(({ code }) => code).join();
  if (codes !== '0,4') {
    throw new Error(`the rotations ended with ${codes}: ${scenes.map(endOf).join('\n')}`);
  }
  const file = join(root, 'docs', 'rotate.svg');
  const mark = `<!-- ${createHash('sha256').update(scenes.map(endOf).join('\n')).digest('hex')} -->\n`;
  const present = await readFile(file, 'utf8').catch(() => '');
  if (!present.endsWith(mark)) await writeFile(file, animation(scenes, columns, label) + mark);
}

// --- internal ---

/** The last screen of a scene as text, without its numbers. */
function endOf({ frames }: Scene): string {
  return (frames.at(-1)?.screen ?? [])
    .map((line) => line.map(({ text }) => text).join(''))
    .join('\n')
    .replaceAll(/\d+/g, 'N')
    .replaceAll(/ +/g, ' ');
}
