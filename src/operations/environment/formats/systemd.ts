import { nul, type Line } from './line.ts';

/**
 * A line for `EnvironmentFile=` of systemd (systemd.exec(5)): in double quotes, a backslash escapes
 * what it does in a shell. systemd drops variables with control characters other than tab and line
 * feed, and with code points that are no characters (src/basic/env-util.c, utf8.c).
 */
export function systemdLine(name: string, value: string): Line {
  if (value.includes('\0')) return nul;
  // eslint-disable-next-line no-control-regex
  if (/[\u0001-\u0008\u000b-\u001f\u007f]/.test(value)) {
    return { refused: 'systemd accepts no control characters' };
  }
  if (/\p{Noncharacter_Code_Point}/u.test(value)) {
    return { refused: 'systemd accepts no code points that are not characters' };
  }
  return { text: `${name}="${value.replace(/["\\$`]/g, '\\$&')}"` };
}
