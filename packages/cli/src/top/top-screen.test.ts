import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricHistory } from './metric-history.js';
import { topScreen } from './top-screen.js';

function historyOf(): MetricHistory {
  const history = new MetricHistory();
  for (const at of [0, 1, 2]) {
    history.add(
      [
        { name: 'magpie_clients', help: '', type: 'gauge', value: 3 },
        {
          name: 'magpie_messages_received_total',
          help: '',
          type: 'counter',
          value: at * at * 1000,
        },
        {
          name: 'magpie_messages_dropped_total',
          help: '',
          type: 'counter',
          value: at * 5,
          labels: { reason: 'queue-full' },
        },
      ],
      at * 1000,
    );
  }
  return history;
}

test('topScreen() shows what is there, rates with their past, and drops by reason', () => {
  const lines = topScreen('Magpie 1.2.3', historyOf(), { columns: 80, rows: 24 });
  assert.equal(lines[0], 'Magpie 1.2.3');
  assert.match(lines.join('\n'), /^clients {13}3 {2}sessions {12}0 {2}subscriptions {7}0$/m);
  assert.match(lines.join('\n'), /^messages in {6}3000\/s +▄█$/m);
  assert.equal(lines.at(-1), 'dropped now: queue-full 5/s');
});

test('topScreen() stays within the screen, and lets no control character through', () => {
  for (const size of [
    { columns: 80, rows: 24 },
    { columns: 10, rows: 3 },
    { columns: 1, rows: 1 },
  ]) {
    const lines = topScreen('\x1b[2Jlong title', historyOf(), size);
    assert.ok(lines.length <= size.rows);
    for (const line of lines) assert.ok(line.length <= size.columns && !line.includes('\x1b'));
  }
});
