/** A file with the options of a repository. */
export interface InitDocument {
  /** The file, relative to the working directory. */
  path: string;
  /** Nothing was written. */
  dryRun: boolean;
  /** The members that are set in it; the others are comments. */
  members: Record<string, string | number | string[]>;
}

/** The script by which a shell completes command lines. */
export interface CompletionDocument {
  shell: 'bash' | 'zsh' | 'fish' | 'powershell';
  /** What the shell reads at its start. */
  script: string;
}
