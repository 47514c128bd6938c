/** How far a tool for a store is. */
export interface ToolProgress {
  /** First all pages are looked at, by tools that do that, then the records are read. */
  readonly what: 'pages' | 'records';
  readonly done: number;
  /** At least {@link done}. What is damaged may make it a guess. */
  readonly total: number;
}

/** Told now and then, and when a kind is done. It must not throw. */
export type OnToolProgress = (progress: ToolProgress) => void;
