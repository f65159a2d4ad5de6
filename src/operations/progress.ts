/** How far something is that may take longer than a second. */
export interface Progress {
  /** What is being done, e.g. `describing services`; the same for as long as it takes. */
  step: string;
  /** How much of it is done; undefined where there is nothing to count. */
  done?: number;
  /** How much there is to do; undefined while that is not known. */
  total?: number | undefined;
}

/** Called whenever something has moved on. */
export type OnProgress = (progress: Progress) => void;

/** For callers that show nothing. */
export const noProgress: OnProgress = () => undefined;
