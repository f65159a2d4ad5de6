import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Context, Reporter } from '../../cli.ts';
import { UsageError } from '../../errors.ts';
import { Problems } from '../../model/problems.ts';
import type { Reference, Store } from '../../model/secrets/reference.ts';
import type { ServiceFilter } from '../../operations/usage/scan.ts';
import { referenceArgument } from '../reference-argument.ts';
import { storeOption } from '../secrets/store-option.ts';
import { withWide } from '../table.ts';
import { narrowingOf, otherRegionsNote, type Narrowing } from './narrowing.ts';
import { serviceFilter, withAllRegions, withServiceOptions } from './service-options.ts';

/** Adds the options of a search for what uses secrets; its result is a table. */
export function withSearchOptions<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
) {
  return withWide(withAllRegions(withServiceOptions(command.addOption(storeOption()))));
}

/** What is searched for, and where. */
export interface Search<Ref extends Reference | undefined> {
  /** Undefined for every secret. */
  reference: Ref;
  filter: ServiceFilter;
  narrowing: Narrowing | undefined;
  allRegions: boolean;
}

interface SearchOptions {
  store?: Store | undefined;
  cluster?: string[] | undefined;
  service?: string[] | undefined;
  allRegions?: boolean | undefined;
}

/** Reads the arguments of a search. Throws InvalidInput with all problems, UsageError for what excludes itself. */
export function readSearch(
  ref: string,
  options: SearchOptions,
  context: Context,
): Search<Reference>;
export function readSearch(
  ref: string | undefined,
  options: SearchOptions,
  context: Context,
): Search<Reference | undefined>;
export function readSearch(
  ref: string | undefined,
  options: SearchOptions,
  context: Context,
): Search<Reference | undefined> {
  const problems = new Problems();
  const reference =
    ref === undefined ? undefined : problems.attempt(() => referenceArgument(ref, options.store));
  const filter = serviceFilter(options, problems);
  problems.throwIfAny();
  const narrowing = narrowingOf(filter, context);
  const allRegions = options.allRegions ?? false;
  if (allRegions && narrowing) {
    const by = narrowing.by.join(', ');
    throw new UsageError(
      `--all-regions searches every cluster, and ${by} chooses some of one region`,
      `leave out ${by}, or search one region after the other with --region`,
    );
  }
  if (allRegions && !reference) {
    throw new UsageError('--all-regions searches the regions of one secret', 'give REF');
  }
  return { reference, filter, narrowing, allRegions };
}

/** Says in notes what was not searched. `found`: how many lines the result has. */
export function noteSearch(
  report: Reporter,
  {
    found,
    otherRegions,
    narrowing,
  }: { found: number; otherRegions: readonly string[]; narrowing: Narrowing | undefined },
): void {
  const note = otherRegionsNote(otherRegions, '--all-regions searches them');
  if (note !== undefined) report.note(note);
  if (found > 0 && narrowing?.unasked) report.note(narrowing.unasked);
}

/** What is printed where nothing was found: `nothing in cluster a refers to X; other clusters …`. */
export function nothingFound(text: string, narrowing: Narrowing | undefined): string {
  return narrowing === undefined ? text : `${text}; ${narrowing.rest}`;
}
