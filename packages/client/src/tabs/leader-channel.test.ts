import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOnChannel, tabOnChannel } from './leader-channel.js';
import type { TabRequest } from './tab-messages.js';
import type { PortOfHost, PortOfTab } from './tab-port.js';
import { ChannelHub, settled } from './tab-world.testing.js';

/** A tab that says hello to each leader, and writes down what it is told. */
function startTab(hub: ChannelHub, name: string) {
  const heard: string[] = [];
  const stop = tabOnChannel(hub.open, name, (port: PortOfTab) => {
    heard.push('leader');
    port.listen((reply) => heard.push(reply.type));
    port.post({ type: 'hello', tab: name });
  });
  return { heard, stop };
}

/** A leader that welcomes each tab with what it has heard. */
function startLeader(hub: ChannelHub, host: string) {
  const heard: string[] = [];
  const ports: PortOfHost[] = [];
  const stop = hostOnChannel(hub.open, host, (port) => {
    ports.push(port);
    port.listen((request: TabRequest) => {
      heard.push(request.type === 'hello' ? request.tab : request.type);
      port.post({ type: 'restored' });
    });
  });
  return { heard, ports, stop };
}

test('hostOnChannel() and tabOnChannel() find each other, whoever is first', async () => {
  for (const first of ['leader', 'tab']) {
    const hub = new ChannelHub();
    const early = first === 'tab' ? startTab(hub, 'one') : undefined;
    const leader = startLeader(hub, 'host');
    const tab = early ?? startTab(hub, 'one');
    await settled();
    assert.deepEqual(leader.heard, ['one']);
    assert.deepEqual(tab.heard, ['leader', 'restored']);
  }
});

test('hostOnChannel() has a port for each tab, and each hears what is its own', async () => {
  const hub = new ChannelHub();
  const { heard, ports } = startLeader(hub, 'host');
  const [one, two] = [startTab(hub, 'one'), startTab(hub, 'two')];
  await settled();
  assert.deepEqual(heard, ['one', 'two']);
  ports[0]!.post({ type: 'unsubscribed', id: 1 });
  await settled();
  assert.deepEqual([one.heard.at(-1), two.heard.at(-1)], ['unsubscribed', 'restored']);
});

test('tabOnChannel() goes to the next leader, and hears nothing of the last', async () => {
  const hub = new ChannelHub();
  const first = startLeader(hub, 'first');
  const tab = startTab(hub, 'one');
  await settled();
  const second = startLeader(hub, 'second');
  await settled();
  assert.deepEqual(second.heard, ['one']);
  first.ports[0]!.post({ type: 'unsubscribed', id: 1 });
  await settled();
  assert.deepEqual(tab.heard, ['leader', 'restored', 'leader', 'restored']);
  tab.stop();
  startLeader(hub, 'third');
  await settled();
  assert.equal(tab.heard.length, 4);
});
