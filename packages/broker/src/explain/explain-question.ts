export interface ExplainQuestion {
  readonly topic: string;
  /** Client identifier of who should have got it. */
  readonly to: string;
  /** Client identifier of who should have published it; anybody by default. */
  readonly from?: string;
  /** How far to look back, in ms; as far as the journal goes by default. */
  readonly sinceMs?: number;
}
