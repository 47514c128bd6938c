import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { startBroker, until } from './broker.testing.js';

test('subscribeAndShow() subscribes again after a lost connection, and says so', async (t) => {
  const { broker, flags } = await startBroker(t);
  const args = ['sub', ...flags, '-i', 'me', '-t', 'a', '-C', '2'];
  const running = runInProcess(args, { env: { XDG_CONFIG_HOME: '/nowhere' } });
  await until(() => broker.gauges().subscriptions === 1);
  await broker.publish({ topic: 'a', payload: 'one' });
  await until(() => broker.counters.messagesSent >= 1);
  broker.disconnect('me');
  await until(() => broker.gauges().subscriptions === 0);
  await until(() => broker.gauges().subscriptions === 1);
  await broker.publish({ topic: 'a', payload: 'two' });
  const { code, out, err } = await running;
  assert.deepEqual({ code, out }, { code: 0, out: ['one\n', 'two\n'] });
  assert.match(err[0]!, /trying again in \d\.\d s$/);
  assert.equal(err[1], 'Connected again');
});

test('subscribeAndShow() ends with what a format cannot write', async (t) => {
  const { broker, flags } = await startBroker(t);
  await broker.publish({ topic: 'a', payload: 'no json', retain: true });
  const args = ['sub', ...flags, '-t', 'a', '-F', '%J'];
  const said = await runInProcess(args, { env: { XDG_CONFIG_HOME: '/nowhere' } });
  const err = ['The payload of a message of a is no JSON: %J needs it'];
  assert.deepEqual(said, { code: 1, out: [], err });
});
