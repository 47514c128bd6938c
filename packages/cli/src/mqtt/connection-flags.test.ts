import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addConnectionFlags } from './connection-flags.js';

test('addConnectionFlags() reads the flags as mosquitto spells them', () => {
  const command = new Command();
  addConnectionFlags(command);
  const args =
    '-h h -p 1 -u u -P p -i i -k 5 -c -M 7 -d --quiet --will-topic w --will-qos 1 --will-retain '
    + '--cafile ca --cert c --key k --insecure --nodelay -V mqttv311';
  command.parse(args.split(' '), { from: 'user' });
  assert.deepEqual(command.opts(), {
    host: 'h',
    port: '1',
    username: 'u',
    pw: 'p',
    id: 'i',
    keepalive: '5',
    disableCleanSession: true,
    maxInflight: '7',
    debug: true,
    quiet: true,
    willTopic: 'w',
    willQos: '1',
    willRetain: true,
    cafile: 'ca',
    cert: 'c',
    key: 'k',
    insecure: true,
    nodelay: true,
    protocolVersion: 'mqttv311',
  });
});
