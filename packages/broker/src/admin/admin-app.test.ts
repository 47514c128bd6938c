import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Logger, silentLogger } from '../observe/logger.js';
import { adminApp } from './admin-app.js';
import type { AdminSource } from './admin-source.js';

const source: AdminSource = {
  notReady: () => undefined,
  metrics: () => [{ name: 'a', help: 'A', type: 'gauge', value: 1 }],
};

function appOf(changes: Partial<AdminSource> = {}, log: Logger = silentLogger) {
  return adminApp({ source: { ...source, ...changes }, version: '1.2.3', log });
}

const TEXT = 'text/plain; charset=utf-8';
const cases: [
  rule: string,
  request: string,
  changes: Partial<AdminSource>,
  status: number,
  body: RegExp,
  type: string,
][] = [
  ['names the broker and its version', 'GET /', {}, 200, /^Magpie 1\.2\.3,/, TEXT],
  [
    'is live while it answers',
    'GET /health/live',
    { notReady: () => 'why' },
    200,
    /^live\n$/,
    TEXT,
  ],
  ['is ready when the source is', 'GET /health/ready', {}, 200, /^ready\n$/, TEXT],
  [
    'says 503 before',
    'GET /health/ready',
    { notReady: () => 'why' },
    503,
    /^not ready: why\n$/,
    TEXT,
  ],
  [
    'shows metrics',
    'GET /metrics',
    {},
    200,
    /^# HELP a A\n# TYPE a gauge\na 1\n$/,
    'text/plain; version=0.0.4; charset=utf-8',
  ],
  ['answers HEAD without a body', 'HEAD /health/ready', {}, 200, /^$/, TEXT],
  ['knows no other page', 'GET /nope', {}, 404, /^There is no such page\n$/, TEXT],
  ['refuses other methods', 'POST /health/ready', {}, 405, /^Only GET and HEAD\n$/, TEXT],
  ['refuses other methods anywhere', 'DELETE /nope', {}, 405, /^Only GET and HEAD\n$/, TEXT],
];
for (const [rule, request, changes, status, body, type] of cases) {
  test(`adminApp() ${rule}: ${request}`, async () => {
    const [method = '', path = ''] = request.split(' ');
    const response = await appOf(changes).request(path, { method });
    assert.equal(response.status, status);
    assert.match(await response.text(), body);
    assert.equal(response.headers.get('content-type')?.toLowerCase().replace(';c', '; c'), type);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  });
}

test('adminApp() says which methods it takes, and closes instead of reading a body', async () => {
  const response = await appOf().request('/', { method: 'PUT', body: 'x' });
  assert.equal(response.headers.get('allow'), 'GET, HEAD');
  assert.equal(response.headers.get('connection'), 'close');
});

test('adminApp() logs a failure and tells the caller nothing of it', async () => {
  const lines: object[] = [];
  const log = { ...silentLogger, error: (fields: object) => void lines.push(fields) };
  const failing = () => {
    throw new Error('secret');
  };
  const response = await appOf({ metrics: failing }, log).request('/metrics');
  assert.equal(response.status, 500);
  assert.equal(await response.text(), 'The request failed, see the log\n');
  assert.match(JSON.stringify(lines.map((fields) => Object.entries(fields))), /\/metrics/);
});
