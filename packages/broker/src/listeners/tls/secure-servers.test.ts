import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecureWorld } from './secure-world.testing.js';
import { HandshakeCount } from './secure-server.js';
import { SecureServers } from './secure-servers.js';
import { TimerWheel } from '../../model/timer-wheel.js';
import { limitsFrom } from '../../model/limits.js';
import { TlsFileError } from './tls-material.js';

test('SecureServers.prepare() reads the files of all, or leaves no watch behind', async (t) => {
  const { admission, files, clock, counters, log, server } = await SecureWorld.listening(t);
  server.close();
  const wheel = new TimerWheel(clock);
  const around = { limits: limitsFrom({}), clock, counters, log, wheel, admission };
  const servers = new SecureServers({ ...around, handshakes: new HandshakeCount() });
  const pair = { cert: files.path('server.crt'), key: files.path('server.key') };
  const one = { type: 'tls', port: 1, ...pair } as const;
  const two = { type: 'wss', ...pair } as const;
  servers.add(one, 'mqtt');
  assert.equal(servers.addForWebSockets(two).clock, clock);
  await assert.rejects(servers.prepare([one, { ...two, cert: 'none' }]), TlsFileError);
  await assert.rejects(servers.prepare([one, { ...two, port: 2 }]), {
    name: 'TypeError',
    message: 'No listener is wss on 127.0.0.1:2',
  });
  assert.equal(clock.timers, 0);
  const prepared = await servers.prepare([one, { ...two, port: 8084 }]);
  assert.equal(clock.timers, 2);
  for (const each of prepared) each.discard();
  assert.equal(clock.timers, 0);
});
