import type { Sources } from '../read-source.ts';
import { checkFormat, parseDocument, readText } from '../read-text.ts';

/**
 * Reads a pasted reason from standard input: sentences stay unchanged, JSON and YAML are returned
 * as JSON. Throws InvalidInput for a document that is invalid or in another format: as a sentence,
 * all of its content would be printed.
 */
export async function readPasted(sources: Sources): Promise<string> {
  const text = await readText('-', sources);
  checkFormat(text, 'standard input', 'a reason');
  if (!isDocument(text)) return text;
  return JSON.stringify(await parseDocument(text, 'standard input', 'a reason'));
}

// --- internal ---

/**
 * Whether a text is meant to be JSON or YAML: by its first bracket, or if most lines begin with a
 * key.
 */
function isDocument(text: string): boolean {
  if (/^\s*(?:\{|\[\s*[{["\]])/.test(text)) return true;
  const lines = text.split(/\r\n?|\n/).filter((line) => line.trim() !== '');
  // Error names at the start of a reason are not keys: "CannotPullContainerError: …".
  const key = /^\s*(?:- +)*["']?(?![\w.-]*(?:Error|Exception)\b)[\w.-]+["']?:(?:\s|$)|^---$/;
  return lines.length > 1 && lines.filter((line) => key.test(line)).length / lines.length > 0.5;
}
