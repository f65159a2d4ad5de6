/** Separate state for each region. */
export interface ByRegion<T> {
  (region: string): T;
  /** A deep copy of the current state. */
  copy(): ByRegion<T>;
}

/** Separate state for each region, created when the region is first used. */
export function byRegion<T>(create: (region: string) => T): ByRegion<T> {
  return wrap(create, new Map<string, T>());
}

// --- internal ---

function wrap<T>(create: (region: string) => T, regions: Map<string, T>): ByRegion<T> {
  const get = (region: string): T => {
    let state = regions.get(region);
    if (state === undefined) {
      state = create(region);
      regions.set(region, state);
    }
    return state;
  };
  return Object.assign(get, { copy: () => wrap(create, structuredClone(regions)) });
}
