import type { Reporter } from '../cli.ts';
import type { Style } from '../world.ts';

/** Shows how far a search is, in a line that the next one replaces; only on a terminal. */
export function searchProgress(report: Reporter, style: Style): (text: string) => void {
  return (text) => {
    report.live(() => [style.dim(text)]);
  };
}
