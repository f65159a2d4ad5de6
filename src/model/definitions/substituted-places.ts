import { placeOf } from './definition-texts.ts';

/** The places of all texts with a placeholder `${…}`, e.g. `containerDefinitions[0].memory`. */
export function substitutedPlaces(document: unknown): Set<string> {
  const places = new Set<string>();
  const walk = (value: unknown, path: readonly (string | number)[]): void => {
    if (typeof value === 'string') {
      if (/\$\{\w/.test(value)) places.add(placeOf(path));
    } else if (Array.isArray(value)) {
      value.forEach((one: unknown, index) => {
        walk(one, [...path, index]);
      });
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) walk(one, [...path, key]);
    }
  };
  walk(document, []);
  return places;
}
