import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveOptions, type ClientOptions } from '../client-options.js';
import { ClientError, ConnectRefusedError } from '../errors.js';
import { Attempts } from './attempts.js';

const lost = new ClientError('connection-lost', 'lost');
const refused = new ConnectRefusedError('one', 5);

function make(options: ClientOptions, servers: readonly string[] = ['mqtt://one']): Attempts {
  const reconnect = { minMs: 100, maxMs: 10_000, jitter: 'none' } as const;
  const machine = resolveOptions(servers, { reconnect, ...options }, ['mqtt:']);
  return new Attempts(machine, () => 0);
}

/** An attempt that does not end in a connection. @returns The wait after it. */
function fail(attempts: Attempts, error: ClientError = lost): number | undefined {
  attempts.next();
  return attempts.failed(error, false, 0);
}

test('Attempts gives the first connection up, unless it is to be tried again', () => {
  assert.equal(fail(make({})), undefined);
  const patient = make({ retryInitial: true });
  assert.deepEqual([fail(patient), fail(patient), fail(patient)], [100, 200, 400]);
});

test('Attempts tries all servers before it waits', () => {
  const attempts = make({ retryInitial: true }, ['mqtt://one', 'mqtt://two']);
  const seen: (string | number | undefined)[] = [];
  for (let time = 0; time < 4; time++) {
    seen.push(attempts.next().host, attempts.failed(lost, false, 0));
  }
  assert.deepEqual(seen, ['one', 0, 'two', 100, 'one', 0, 'two', 200]);
  assert.equal(attempts.count, 4);
});

test('Attempts goes on with the next server, or from the start if the order is a priority', () => {
  for (const [serverOrder, second] of [
    ['round-robin', 'two'],
    ['priority', 'one'],
  ] as const) {
    const attempts = make({ serverOrder }, ['mqtt://one', 'mqtt://two']);
    const first = attempts.next().host;
    attempts.accepted(0);
    attempts.failed(lost, true, 0);
    assert.deepEqual([first, attempts.next().host], ['one', second]);
  }
});

test('Attempts begins its waits anew after a connection that has lasted', () => {
  const attempts = make({});
  attempts.accepted(0);
  assert.equal(attempts.count, 0);
  assert.equal(attempts.failed(lost, true, 9999), 100);
  attempts.accepted(10_000);
  assert.equal(attempts.failed(lost, true, 19_999), 200);
  attempts.accepted(20_000);
  assert.equal(attempts.failed(lost, true, 30_000), 100);
});

test('Attempts stops after so many permanent refusals in a row', () => {
  const attempts = make({ retryInitial: true, refusalsMax: 2 });
  assert.equal(fail(attempts, refused), 100);
  attempts.accepted(0);
  assert.equal(fail(attempts, refused), 200);
  assert.equal(fail(attempts, refused), undefined);
});

test('Attempts ends with the connection if there is to be no other', () => {
  const attempts = make({ reconnect: false });
  attempts.accepted(0);
  assert.equal(attempts.failed(lost, true, 60_000), undefined);
});
