/** State that each region has of its own, made when the region is first used. */
export function byRegion<T>(create: (region: string) => T): (region: string) => T {
  const regions = new Map<string, T>();
  return (region) => {
    let state = regions.get(region);
    if (state === undefined) {
      state = create(region);
      regions.set(region, state);
    }
    return state;
  };
}
