/** What the HTTP port shows. It asks at each request and keeps nothing. */
export interface AdminSource {
  /**
   * Why new clients shall not be sent here, in some words; `undefined`: every listener stands, none
   * is closing, and the store works.
   */
  notReady(): string | undefined;
  /** A snapshot; entries of one name stand together and share help and type. */
  metrics(): readonly Metric[];
}

export interface Metric {
  /** `magpie_…`, with the unit at its end and `_total` for a counter, as Prometheus wants it. */
  readonly name: string;
  /** One sentence for the reader of the metric. */
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** What value of a histogram this is: how many were at most `le`, the sum, or how many. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}
