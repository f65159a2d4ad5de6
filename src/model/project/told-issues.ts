import { nearest } from '../nearest.ts';

/** A mistake in a file, with the path of what has it. */
export interface Mistake {
  path: readonly string[];
  message: string;
}

/** What this reads of an issue of zod. */
interface Issue {
  code?: string | undefined;
  path: readonly PropertyKey[];
  message: string;
  /** Of `unrecognized_keys`. */
  keys?: readonly string[];
  /** Of `invalid_union`: the issues of each alternative. */
  errors?: readonly (readonly Issue[])[];
  /** Of `invalid_key`. */
  issues?: readonly Issue[];
}

/**
 * The mistakes that zod found, one by one: of alternatives, those of the alternative that was meant. No
 * message has a value; names of members are cut (`shownMember`).
 */
export function toldIssues(issues: readonly Issue[], above: readonly string[] = []): Mistake[] {
  return issues.flatMap((issue): Mistake[] => {
    const path = [...above, ...issue.path.map(String)];
    if (issue.code === 'unrecognized_keys') {
      return (issue.keys ?? []).map((key) => ({ path: [...path, key], message: ofUnknown(key) }));
    }
    if (issue.code === 'invalid_key') {
      return [{ path, message: issue.issues?.[0]?.message ?? issue.message }];
    }
    const meant = issue.errors?.filter((own) => !own.some(isOfOtherType)) ?? [];
    const [own] = meant;
    return own && meant.length === 1 ? toldIssues(own, path) : [{ path, message: issue.message }];
  });
}

/** The name of a member, as a message quotes it. */
export function shownMember(name: string): string {
  return `"${name.length > 40 ? `${name.slice(0, 40)}…` : name}"`;
}

// --- internal ---

/** Whether an alternative is for another type of value than the one that is there. */
function isOfOtherType({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

const members = ['from', 'required', 'description', 'container', 'environments'];

function ofUnknown(key: string): string {
  if (/^(default|value|example|generate)/i.test(key)) {
    return 'is not a member: a value in this file is readable by everyone who has the repository; make the secret optional ("required": false), or store a value with ecs-secrets put';
  }
  const near = nearest(key, members);
  return `is not a member${near === undefined || near === key ? '' : `; did you mean "${near}"?`}`;
}
