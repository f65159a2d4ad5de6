// A recording as an animated SVG, for light and dark pages.
import type { Frame, Scene } from './record.ts';
import type { Span } from './screen.ts';

/** Draws the scenes one after the other, and begins anew at the end. */
export function animation(scenes: readonly Scene[], columns: number, label: string): string {
  const film = filmOf(scenes);
  const rows = Math.max(...film.frames.map(({ screen }) => screen.length));
  const width = Math.ceil(columns * charWidth + 2 * margin);
  const height = rows * lineHeight + 2 * margin;
  const shown = timesOf(film.frames, film.end);
  const share = (time: number): string => `${Number(((time / film.end) * 100).toFixed(2))}%`;
  const styles: string[] = [];
  const texts: string[] = [];
  const names = new Map<string, string>();
  for (const { row, spans, times } of shown) {
    const frames = ['0%{opacity:0}'];
    for (const [from, to] of times)
      frames.push(`${share(from)}{opacity:1}`, `${share(to)}{opacity:0}`);
    const rule = frames.filter((one) => !one.startsWith('100%')).join('');
    const name = names.get(rule) ?? `k${names.size}`;
    if (!names.has(rule)) {
      names.set(rule, name);
      styles.push(`@keyframes ${name}{${rule}}.${name}{animation-name:${name}}`);
    }
    const isLast = times.at(-1)?.[1] === film.end ? ' last' : '';
    const y = margin + (row + 0.75) * lineHeight;
    texts.push(
      `<text class="${name}${isLast}" x="${margin}" y="${y}">${spans.map(tspan).join('')}</text>`,
    );
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escape(label)}">
<title>${escape(label)}</title>
<style>
${look(film.end)}
${styles.join('\n')}
</style>
<rect class="back" width="${width}" height="${height}" rx="8"/>
${texts.join('\n')}
</svg>
`;
}

// --- internal ---

const charWidth = 8.43;
const lineHeight = 20;
const margin = 16;
/** How long a command is shown before it runs, and a result before the next command, in ms. */
const before = 1_200;
const after = 4_500;

const look = (duration: number): string =>
  `
svg{--back:#f6f8fa;--text:#1f2328;--dim:#656d76;--green:#1a7f37;--red:#cf222e;--yellow:#9a6700;--cyan:#1b7c83}
@media (prefers-color-scheme:dark){svg{--back:#161b22;--text:#e6edf3;--dim:#8d96a0;--green:#3fb950;--red:#f85149;--yellow:#d29922;--cyan:#39c5cf}}
.back{fill:var(--back)}
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;white-space:pre;fill:var(--text);opacity:0;animation:none ${Math.round(duration)}ms step-end infinite}
.b{font-weight:600}.d{fill:var(--dim)}.g{fill:var(--green)}.r{fill:var(--red)}.y{fill:var(--yellow)}.c{fill:var(--cyan)}
@media (prefers-reduced-motion:reduce){text{animation:none!important}.last{opacity:1}}`.trim();

/** All frames on one time axis. */
function filmOf(scenes: readonly Scene[]): { frames: Frame[]; end: number } {
  const frames: Frame[] = [];
  let start = 0;
  for (const scene of scenes) {
    const [command, ...output] = scene.frames;
    if (command) frames.push({ ...command, at: start });
    start += before;
    const steady = output.filter((frame, index) => {
      const next = output[index + 1];
      return next === undefined || next.at - frame.at > 60;
    });
    frames.push(...steady.map(({ at, screen }) => ({ at: start + at, screen })));
    start = (frames.at(-1)?.at ?? start) + after;
  }
  return { frames, end: start };
}

interface Shown {
  row: number;
  spans: readonly Span[];
  /** From when to when it is there. */
  times: [from: number, to: number][];
}

/** Each line that is ever shown, at its row, and when. */
function timesOf(frames: readonly Frame[], end: number): Shown[] {
  const all = new Map<string, Shown>();
  frames.forEach(({ at, screen }, index) => {
    const until = frames[index + 1]?.at ?? end;
    screen.forEach((spans, row) => {
      if (spans.length === 0) return;
      const key = `${row} ${JSON.stringify(spans)}`;
      const shown = all.get(key) ?? { row, spans, times: [] };
      all.set(key, shown);
      const last = shown.times.at(-1);
      if (last?.[1] === at) last[1] = until;
      else shown.times.push([at, until]);
    });
  });
  return [...all.values()];
}

const classes: Readonly<Record<number, string>> = {
  1: 'b',
  2: 'd',
  31: 'r',
  32: 'g',
  33: 'y',
  36: 'c',
};

function tspan({ text, style }: Span): string {
  const names = style.flatMap((number) => classes[number] ?? []);
  return names.length === 0
    ? escape(text)
    : `<tspan class="${names.join(' ')}">${escape(text)}</tspan>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
