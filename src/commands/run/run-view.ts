import type { DescribedTask } from '../../aws/ecs-tasks.ts';
import type { Context } from '../../cli.ts';
import { formatDuration } from '../../model/duration.ts';
import { cutAtEnd } from '../../model/fit-text.ts';
import { lastPart } from '../../model/last-part.ts';

/**
 * Shows a task while it runs: on a terminal as a line that is redrawn, elsewhere as a line per status,
 * both on stderr. The output of its container goes to stdout, or to stderr with `--json`, as it is;
 * `hidden` are texts that it may not show.
 */
export function runView({ report, world, globals }: Context, hidden: readonly string[]) {
  const { clock, stderr } = world;
  const output = globals.json ? stderr : world.stdout;
  const began = clock.now();
  let shown: DescribedTask | undefined;
  const live = (): void => {
    const task = shown;
    if (!task) return;
    report.live(() => {
      const time = formatDuration(clock.now() - began);
      const line = `${taskName(task)}  ${task.lastStatus}  ${time}`;
      return [stderr.style.dim(cutAtEnd(line, stderr.size().columns - 1))];
    });
  };
  return {
    onLook: (task: DescribedTask, changed: boolean): void => {
      shown = task;
      if (report.isLive) live();
      else if (changed) report.event(`${taskName(task)}: ${task.lastStatus}`);
    },
    lines: (messages: readonly string[]): void => {
      // The two streams may be the same terminal.
      report.clearLive();
      for (const message of messages) {
        const text = hidden.reduce((rest, value) => rest.replaceAll(value, mask), message);
        output.write(`${text.replace(/\r?\n?$/, '')}\n`, { tabs: true });
      }
      live();
    },
    note: (text: string): void => {
      report.note(text);
    },
  };
}

/** `CLUSTER/ID`, as `diagnose` takes it. */
export function taskName({ cluster, arn }: Pick<DescribedTask, 'cluster' | 'arn'>): string {
  return `${lastPart(cluster)}/${lastPart(arn)}`;
}

// --- internal ---

const mask = '[secret value]';
