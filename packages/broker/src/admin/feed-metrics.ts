import type { Metric } from './admin-source.js';
import { EVENT_LOSSES, type EventStreams, FEED_KINDS } from './api/event-stream.js';
import { FEEDS } from './metric-tables.js';

/** Who reads what happens over HTTP, and what was left out. */
export function feedMetrics(streams: EventStreams): Metric[] {
  return [
    ...FEED_KINDS.map((feed) => {
      return {
        ...FEEDS.open,
        type: 'gauge',
        value: streams.sizeOf(feed),
        labels: { feed },
      } as const;
    }),
    ...EVENT_LOSSES.map((reason) => {
      const value = streams.dropped[reason];
      return { ...FEEDS.dropped, type: 'counter', value, labels: { reason } } as const;
    }),
  ];
}
