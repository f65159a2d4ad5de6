/** Which calls that change something were made in a run, for what is said of it when it is cut short. */
export interface Journal {
  /** Notes that a call begins; the function that it answers notes whether it was carried out. */
  begin(action: string): (end: 'done' | 'refused' | 'unknown') => void;
  /** Actions in the order in which they began, e.g. `iam:CreateRole`; `open`: nobody knows of these. */
  summary(): { done: string[]; open: string[] };
}

/** Makes the journal of a run. */
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

/** Whether an action changes something, by its name: `ssm:GetParameter` does not. */
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
