import { formatDuration } from '../../model/duration.ts';
import { cutAtEnd, shortened } from '../../model/fit-text.ts';
import { lastPart } from '../../model/last-part.ts';
import type { Consumer } from '../../operations/usage/find-consumers.ts';
import type { FollowedDeployment } from '../../operations/rollout/redeploy-outcome.ts';
import { serviceName } from '../../operations/usage/service-name.ts';
import type { Size, Style } from '../../world.ts';

/** The data of the live lines. */
export interface LiveState {
  deployments: readonly FollowedDeployment[];
  /** Services whose deployment has not started. */
  waiting: readonly Consumer[];
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * One line per unfinished service, failing ones first, limited by the height of the terminal, and a
 * total. No line reaches the last column, at which some terminals wrap.
 */
export function liveLines(
  { deployments, waiting, now }: LiveState,
  { columns, rows }: Size,
  style: Style,
): string[] {
  const width = columns - 1;
  const all = deployments.length + waiting.length;
  const cluster = commonCluster([...deployments, ...waiting]);
  const nameOf = ({ service }: FollowedDeployment): string =>
    cluster === undefined ? serviceName(service) : service.name;
  const rest =
    all === 1 ? [...deployments] : deployments.filter((one) => one.state !== 'completed');
  rest.sort((a, b) => rank(a) - rank(b) || nameOf(a).localeCompare(nameOf(b)));
  // One line is for the total, one for the cursor, and one for the latest event.
  const shown = rest.slice(0, Math.max(1, rows - 3));
  const cells = shown.map((deployment) => ({
    name: nameOf(deployment),
    state: stateOf(deployment),
    tasks: taskCounts(deployment),
    time: formatDuration(timeOf(deployment, now)),
    reason: waitReason(deployment),
  }));
  const widest = (of: (cell: (typeof cells)[number]) => string): number =>
    Math.max(...cells.map((cell) => of(cell).length));
  const [state, tasks, time] = [
    widest((cell) => cell.state),
    widest((cell) => cell.tasks),
    widest((cell) => cell.time),
  ];
  const name = Math.min(
    widest((cell) => cell.name),
    Math.max(leastName, width - state - tasks - time - 6),
  );
  const lines = cells.map((cell) => {
    const fixed = [
      shortened(cell.name, name).padEnd(name),
      cell.state.padEnd(state),
      cell.tasks.padEnd(tasks),
      cell.time.padEnd(time),
    ];
    const line = cutAtEnd([...fixed, cell.reason].join('  ').trimEnd(), width);
    // Coloured last, because colour sequences take no space on the screen.
    const [begin, end] = [name + 2, name + 2 + cell.state.length];
    return `${line.slice(0, begin)}${colourOf(cell.state, style)(line.slice(begin, end))}${line.slice(end)}`;
  });
  if (all < 2) return lines;
  const count = (wanted: string): number =>
    deployments.filter((one) => one.state === wanted).length;
  const total = [
    `${count('completed')}/${all} completed`,
    count('failed') > 0 && `${count('failed')} failed`,
    waiting.length > 0 && `${waiting.length} waiting`,
    rest.length > shown.length && `${rest.length - shown.length} not shown`,
  ].filter(Boolean);
  const where = cluster === undefined ? '' : `cluster ${shortened(cluster, 30)}: `;
  return [...lines, style.dim(cutAtEnd(where + total.join(', '), width))];
}

/** The task counts: `2/3 new · 1 old · 4 failed`. */
export function taskCounts({ rollout }: FollowedDeployment): string {
  const { deployment } = rollout ?? {};
  if (!deployment) return 'no new task yet';
  const { runningCount, desiredCount, failedTasks } = deployment;
  return [
    `${runningCount}/${desiredCount} new`,
    `${rollout?.oldTasks ?? 0} old`,
    ...(failedTasks > 0 ? [`${failedTasks} failed`] : []),
  ].join(' · ');
}

// --- internal ---

/** A shorter name is not useful. */
const leastName = 12;

/** The common cluster of several services. */
function commonCluster(all: readonly Pick<FollowedDeployment, 'service'>[]): string | undefined {
  const [first, ...others] = new Set(all.map(({ service }) => lastPart(service.cluster)));
  return others.length > 0 || all.length < 2 ? undefined : first;
}

/** A deployment with stopping tasks is failing, even if ECS still retries. */
function stateOf({ state, stopReasons }: FollowedDeployment): string {
  return state === 'in-progress' && stopReasons.length > 0 ? 'failing' : state;
}

function rank(deployment: FollowedDeployment): number {
  const order = ['failed', 'failing', 'in-progress', 'completed'];
  return order.indexOf(stateOf(deployment));
}

function colourOf(state: string, style: Style): (text: string) => string {
  if (state === 'completed') return style.green;
  return state === 'failed' || state === 'failing' ? style.red : style.yellow;
}

/** The time of a followed deployment increases between two reads. */
function timeOf({ state, startedAt, elapsed }: FollowedDeployment, now: number): number {
  return state === 'in-progress' ? Math.max(elapsed, now - startedAt) : elapsed;
}

function waitReason({ rollout }: FollowedDeployment): string {
  return rollout?.state === 'in-progress' ? (rollout.reason ?? '') : '';
}
