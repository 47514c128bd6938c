/** One event of a feed, or what every feed may say. */
export type FeedEventOf<Event extends string, Data> =
  | { readonly event: Event; readonly data: Data }
  /** Events that were left out: this reader is slow, or there were more than may be. */
  | { readonly event: 'dropped'; readonly data: { readonly slow: number; readonly rate: number } }
  /** The last one. */
  | { readonly event: 'end'; readonly data: { readonly reason: string } };
