import type { Sources } from '../read-source.ts';
import { checkFormat, parseDocument, readText } from '../read-text.ts';

/**
 * Reads from standard input what somebody pasted to have it explained: sentences stay as they are,
 * JSON and YAML come out as JSON. Throws InvalidInput for a document that is broken or of another
 * format: as a sentence it would be shown, with all that is in it.
 */
export async function readPasted(sources: Sources): Promise<string> {
  const text = await readText('-', sources);
  checkFormat(text, 'standard input', 'a reason');
  if (!isDocument(text)) return text;
  return JSON.stringify(await parseDocument(text, 'standard input', 'a reason'));
}

// --- internal ---

/** Whether a text is meant to be JSON or YAML: by its first bracket, or as most lines begin with a key. */
function isDocument(text: string): boolean {
  if (/^\s*(?:\{|\[\s*[{["\]])/.test(text)) return true;
  const lines = text.split(/\r\n?|\n/).filter((line) => line.trim() !== '');
  // The names of errors that begin a reason are no keys: "CannotPullContainerError: …".
  const key = /^\s*(?:- +)*["']?(?![\w.-]*(?:Error|Exception)\b)[\w.-]+["']?:(?:\s|$)|^---$/;
  return lines.length > 1 && lines.filter((line) => key.test(line)).length / lines.length > 0.5;
}
