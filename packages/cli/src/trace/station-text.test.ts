import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Station, STATIONS } from '@magpie/broker';
import { StationText } from './station-text.js';

const AT_MS = new Date(2026, 0, 2, 14, 3, 22, 123).getTime();

function station(kind: Station['kind'], facts: Partial<Station> = {}): Station {
  return { number: 1, message: 1, kind, atMs: AT_MS, afterMs: 0, ...facts };
}

/** The way of one message. */
const WAY: readonly Station[] = [
  station('received', {
    clientId: 'pump-7',
    address: '192.0.2.7',
    topic: 'p/7',
    qos: 2,
    retain: true,
    bytes: 9,
    payload: Buffer.from('hi\n').toString('base64'),
  }),
  station('authorised', { afterMs: 0.021, rule: 'acl.yaml:12' }),
  station('retained', { afterMs: 0.03, outcome: 'kept' }),
  station('matched', { afterMs: 0.04, subscribers: 2, groups: 1 }),
  station('queued', { afterMs: 0.05, clientId: 'away', qos: 1 }),
  station('sent', { afterMs: 0.06, clientId: 'a', qos: 2, dup: true }),
  station('dropped', { afterMs: 0.07, clientId: 'b', reason: 'too-large' }),
  station('others', { afterMs: 0.08, others: { sent: 3, queued: 2, dropped: 1 } }),
  station('stored', { afterMs: 1.2, commit: 812 }),
  station('answered', { afterMs: 1.3, packet: 'pubrec' }),
  station('acknowledged', { afterMs: 1234.5678, clientId: 'a', packet: 'pubcomp' }),
  station('settled', { afterMs: 1300 }),
];

test('StationText shows the way of a message in columns', () => {
  const text = new StationText('en');
  assert.deepEqual(
    WAY.map((one) => text.line(one)),
    [
      '#1     14:03:22.123       +0.000 ms  received      pump-7    '
        + 'p/7 QoS 2 retained 9 B from 192.0.2.7 "hi\\n"…',
      '#1                        +0.021 ms  authorised              by acl.yaml:12',
      '#1                        +0.030 ms  retained                kept',
      '#1                        +0.040 ms  matched                 2 subscribers, 1 shared',
      '#1                        +0.050 ms  queued        away      QoS 1',
      '#1                        +0.060 ms  sent          a         QoS 2 again',
      '#1                        +0.070 ms  dropped       b         too-large',
      '#1                        +0.080 ms  others                  sent 3, queued 2, dropped 1',
      '#1                        +1.200 ms  stored                  commit 812',
      '#1                        +1.300 ms  answered                PUBREC',
      '#1                     +1234.568 ms  acknowledged  a         PUBCOMP',
      '#1                     +1300.000 ms  settled',
    ],
  );
});

test('StationText shows the same in Chinese', () => {
  const text = new StationText('zh');
  assert.deepEqual(
    WAY.map((one) => text.line(one).slice(37)),
    [
      '收到  pump-7    p/7 QoS 2 保留消息 9 B 来自 192.0.2.7 "hi\\n"…',
      '准许            规则 acl.yaml:12',
      '保留            已保留',
      '匹配            2 个订阅者，1 个共享订阅',
      '排队  away      QoS 1',
      '发送  a         QoS 2 重发',
      '丢弃  b         too-large',
      '其余            发送 3，排队 2，丢弃 1',
      '存储            提交 812',
      '应答            PUBREC',
      '确认  a         PUBCOMP',
      '完成',
    ],
  );
});

test('StationText has words for every station, in each language', () => {
  for (const language of ['en', 'zh'] as const) {
    const lines = Object.keys(STATIONS).map((kind) => {
      return new StationText(language).line(station(kind as Station['kind'])).slice(37);
    });
    assert.equal(new Set(lines).size, lines.length);
  }
});

test('StationText widens the column of clients, and lets nothing raw through', () => {
  const text = new StationText('en');
  const line = (clientId: string) => text.line(station('sent', { clientId, qos: 0 })).slice(51);
  assert.equal(line('c'), 'c         QoS 0');
  assert.equal(line('a-long-name'), 'a-long-name  QoS 0');
  assert.equal(line('c'), 'c            QoS 0');
  assert.equal(line('x'.repeat(40)), `${'x'.repeat(40)}  QoS 0`);
  assert.equal(line('c'), `c${' '.repeat(33)}QoS 0`);
  assert.equal(line(''), `(program)${' '.repeat(25)}QoS 0`);
  assert.ok(line('\u001b[2J').startsWith('\\u001b[2J'));
  const received = station('received', { topic: 'a\u001bb', payload: 'Gw==', bytes: 1 });
  assert.ok(!text.line(received).includes('\u001b'));
});

test('StationText says where nothing is on disk, and what could not be retained', () => {
  const text = new StationText('en');
  assert.match(text.line(station('stored')), /in memory$/);
  assert.match(text.line(station('retained', { outcome: 'refused' })), /retainedMessagesMax/);
  assert.match(text.line(station('matched', { subscribers: 1, groups: 0 })), /1 subscriber$/);
});
