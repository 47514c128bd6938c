import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogOptions, type LogTarget, openLog } from './log.js';

class Lines implements LogTarget {
  readonly lines: string[] = [];
  flushes = 0;

  write(text: string): void {
    this.lines.push(text);
  }

  flushSync(): void {
    this.flushes++;
  }
}

const JSON_LINES: LogOptions = { level: 'info', pretty: false, colors: false };
const PRETTY: LogOptions = { level: 'info', pretty: true, colors: false };

test('openLog() writes one JSON line per event: level as a word, time, fields, msg', async () => {
  const target = new Lines();
  const log = await openLog(JSON_LINES, target);
  log.info({ event: 'listening', listener: 'tcp', host: '::', port: 1883 }, 'listening');
  const [line = ''] = target.lines;
  assert.match(line, /^\{.*\}\n$/);
  const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields = { event: 'listening', listener: 'tcp', host: '::', port: 1883 };
  assert.deepEqual(rest, { level: 'info', ...fields, msg: 'listening' });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('openLog() writes what is as grave as its level or graver', async () => {
  const target = new Lines();
  const log = await openLog({ ...JSON_LINES, level: 'warn' }, target);
  log.debug({ event: 'closed', address: '192.0.2.1' }, 'm');
  log.info({ event: 'stopped' }, 'm');
  log.warn({ event: 'exposed' }, 'm');
  log.error({ event: 'store-sync-failed' }, 'm');
  log.fatal({ event: 'crashed', err: new Error('bug') }, 'm');
  const levels = target.lines.map((line) => (JSON.parse(line) as { level: string }).level);
  assert.deepEqual(levels, ['warn', 'error', 'fatal']);
  assert.equal(log.isLevelEnabled('info'), false);
  assert.equal(log.isLevelEnabled('warn'), true);
});

test('Log.setLevel() holds from the next line on', async () => {
  const target = new Lines();
  const log = await openLog(JSON_LINES, target);
  log.debug({ event: 'closed', address: '192.0.2.1' }, 'm');
  log.setLevel('debug');
  log.debug({ event: 'closed', address: '192.0.2.1' }, 'm');
  assert.deepEqual([log.level(), target.lines.length], ['debug', 1]);
});

test('Log.packets writes whatever the level is', async () => {
  const target = new Lines();
  const log = await openLog({ ...JSON_LINES, level: 'error' }, target);
  const who = { clientId: 'a\u001b', address: '192.0.2.1' };
  log.packets.debug({ event: 'packet-sent', ...who, packet: 'PINGRESP' }, 'PINGRESP sent');
  log.setLevel('warn');
  log.packets.debug({ event: 'packet-sent', ...who, packet: 'PINGRESP' }, 'PINGRESP sent');
  assert.equal(target.lines.length, 2);
  assert.ok(!target.lines.join('').includes('\u001b'));
});

test('openLog() writes errors with their stack', async () => {
  const target = new Lines();
  const log = await openLog(JSON_LINES, target);
  log.error({ event: 'listener-failed', err: new RangeError('too large') }, 'failed');
  const { err } = JSON.parse(target.lines[0] ?? '') as { err: Record<string, string> };
  assert.equal(err['message'], 'too large');
  assert.match(err['stack'] ?? '', /log\.test/);
});

test('openLog() cuts what a client made long', async () => {
  const target = new Lines();
  const log = await openLog(JSON_LINES, target);
  const clientId = 'a'.repeat(65_535);
  log.info({ event: 'connected', clientId, address: '192.0.2.1' }, 'client connected');
  assert.ok((target.lines[0]?.length ?? 0) < 500);
});

test('openLog() writes for people at a terminal', async () => {
  const target = new Lines();
  const log = await openLog(PRETTY, target);
  log.warn({ event: 'config-warning', why: 'w' }, 'too large');
  assert.match(
    target.lines.join(''),
    /^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: too large \{"event":"config-warning","why":"w"\}\n$/,
  );
});

test('openLog() colors for terminals that want it', async () => {
  const target = new Lines();
  const log = await openLog({ ...PRETTY, colors: true }, target);
  log.info({ event: 'stopped' }, 'closed');
  assert.ok(target.lines.join('').includes('\u001b[32mINFO\u001b[39m'));
});

for (const options of [JSON_LINES, PRETTY]) {
  const kind = options.pretty ? 'a terminal' : 'JSON';
  test(`openLog() lets no control character of a client reach ${kind} raw`, async () => {
    const target = new Lines();
    const log = await openLog(options, target);
    const clientId = 'a\u001b[2J\u009b\u007f\r\n\u202eINFO: forged';
    const fields = { clientId, [clientId]: clientId, err: new Error(clientId) };
    (log.warn as (fields: object, message: string) => void)(fields, clientId);
    const text = target.lines.join('');
    const allowed = options.pretty ? /(?!\n)[\p{Cc}\u202e]/u : /(?!\n$)[\p{Cc}\u202e]/u;
    assert.doesNotMatch(text, allowed);
  });
}

test('Log.flush() writes what waits', async () => {
  const target = new Lines();
  const log = await openLog(JSON_LINES, target);
  log.flush();
  assert.equal(target.flushes, 1);
});
