import { nul, type Line } from './line.ts';

/**
 * A line of a dotenv report of GitLab (`artifacts:reports:dotenv`): no quotes, one line, and white
 * space around a value is dropped (Ci::ParseDotenvArtifactService).
 */
export function gitlabLine(name: string, value: string): Line {
  if (value.includes('\0')) return nul;
  if (/[\r\n\u0085\u2028\u2029]/.test(value)) return { refused: 'it has several lines' };
  if (value.trim() !== value) return { refused: 'it begins or ends with white space' };
  return { text: `${name}=${value}` };
}
