import { filled, list } from '../help.ts';
import { manualPage, type Page } from './page.ts';

/** The page of a command (`role create`) as a text. Throws for a name that is none. */
export async function manualText(name: string): Promise<string> {
  const page = await manualPage(name);
  if (!page) throw new Error(`there is no command ${name}`);
  return pageText(page);
}

// --- internal ---

/** At most 80 columns, but for lines that are to be copied. */
function pageText({ command, summary, sections }: Page): string {
  const parts = sections.map(({ title, blocks }) => {
    const body = blocks.map((block) => {
      if ('text' in block) return filled(block.text);
      if ('lines' in block) return block.lines.map((line) => `  ${line}`).join('\n');
      return list('', block.items).replace(/^\n/, '');
    });
    return `${title.toUpperCase()}\n\n${body.join('\n\n')}`;
  });
  return `${[filled(`${command} - ${summary}`), ...parts].join('\n\n')}\n`;
}
