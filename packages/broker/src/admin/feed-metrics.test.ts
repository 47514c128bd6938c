import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../model/manual-clock.testing.js';
import { EventStreams } from './api/event-stream.js';
import { feedMetrics } from './feed-metrics.js';
import { metricsMarkdown } from './metrics-markdown.js';
import { metricsText } from './metrics-text.js';

test('feedMetrics() counts who reads, and what was left out, by kind and reason', () => {
  const streams = new EventStreams(new ManualClock());
  const text = () => {
    const lines = metricsText(feedMetrics(streams)).split('\n');
    return lines.filter((line) => line !== '' && !line.startsWith('#'));
  };
  const mayRead = () => true;
  const trace = streams.open('trace', mayRead);
  streams.open('messages', mayRead)?.lose('rate');
  for (const why of ['slow', 'slow', 'rate'] as const) trace?.lose(why);
  const dropped = [
    'magpie_feed_events_dropped_total{reason="slow"} 2',
    'magpie_feed_events_dropped_total{reason="rate"} 2',
  ];
  assert.deepEqual(text(), [
    'magpie_feeds{feed="events"} 0',
    'magpie_feeds{feed="messages"} 1',
    'magpie_feeds{feed="trace"} 1',
    ...dropped,
  ]);
  streams.close();
  assert.deepEqual(text(), [
    ...['events', 'messages', 'trace'].map((feed) => `magpie_feeds{feed="${feed}"} 0`),
    ...dropped,
  ]);
});

test('metricsMarkdown() has the feeds, with their labels', () => {
  const page = metricsMarkdown();
  for (const { name, type, help, labels } of feedMetrics(new EventStreams(new ManualClock()))) {
    const label = Object.keys(labels ?? {}).join();
    assert.ok(page.includes(`| \`${name}\` | ${type} | \`${label}\` | ${help} |`), name);
  }
});
