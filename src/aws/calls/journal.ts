/** The mutating calls of a run, for the report if it is interrupted. */
export interface Journal {
  /** Records the start of a call; the returned function records its result. */
  begin(action: string): (end: 'done' | 'refused' | 'unknown') => void;
  /**
   * Actions in the order of their start, e.g. `iam:CreateRole`; `open`: their result is unknown.
   */
  summary(): { done: string[]; open: string[] };
}

/** Creates the journal of a run. */
export function createJournal(): Journal {
  const entries: { action: string; end: 'open' | 'done' | 'refused' | 'unknown' }[] = [];
  return {
    begin(action) {
      const entry: (typeof entries)[number] = { action, end: 'open' };
      entries.push(entry);
      return (end) => {
        entry.end = end;
      };
    },
    summary() {
      const of = (...ends: string[]): string[] =>
        counted(entries.filter(({ end }) => ends.includes(end)).map(({ action }) => action));
      return { done: of('done'), open: of('open', 'unknown') };
    },
  };
}

/** Whether an action is mutating, by its name: `ssm:GetParameter` is not. */
export function isWrite(action: string): boolean {
  return !/:(BatchGet|Describe|Get|List|Simulate)/.test(action);
}

// --- internal ---

function counted(actions: readonly string[]): string[] {
  return [...new Set(actions)].map((action) => {
    const times = actions.filter((one) => one === action).length;
    return times === 1 ? action : `${action} (${times} times)`;
  });
}
