import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Capability, told, tried, unknown } from './capability.js';
import { capabilityJson, capabilityLines } from './capability-report.js';

const found: readonly Capability[] = [
  { ...tried('packet-bytes', 4096), atLeast: true },
  tried('will', false),
  tried('wildcards', ['+', '#']),
  tried('versions', []),
  tried('queue-full', 'oldest'),
  told('server', 'one'),
  unknown('retained', 'it is late'),
  tried('qos-max', 2),
];

test('capabilityLines() is a table in the order of the list', () => {
  assert.deepEqual(capabilityLines(found, 'en'), [
    'capability              value          how',
    'Server                  one            told',
    'MQTT versions           none           tried',
    'Highest QoS             2              tried',
    'Retained messages       ? it is late   tried',
    'Wills                   no             tried',
    'Wildcards               +, #           tried',
    'Largest packet, bytes   at least 4096  tried',
    'A full queue drops the  oldest         tried',
  ]);
});

test('capabilityLines() speaks Chinese, its columns below each other', () => {
  assert.deepEqual(capabilityLines(found.slice(0, 5), 'zh'), [
    '能力            值          依据',
    'MQTT 版本       无          实测',
    '遗嘱消息        不支持      实测',
    '通配符          +, #        实测',
    '最大报文字节数  至少 4096   实测',
    '队列满时丢弃    最旧的消息  实测',
  ]);
});

test('capabilityJson() is one object', () => {
  assert.deepEqual(JSON.parse(capabilityJson('mqtt://h', [tried('will', true)])), {
    server: 'mqtt://h',
    capabilities: [{ code: 'will', value: true, atLeast: false, how: 'tried' }],
  });
});
