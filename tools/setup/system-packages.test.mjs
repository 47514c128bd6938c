import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  installCommand,
  packagesFor,
  parseInstalled,
  provideSystemNeeds,
} from './system-packages.mjs';

test('packagesFor() names each package once', () => {
  assert.deepEqual(packagesFor(['mosquitto', 'mosquitto']), ['mosquitto']);
  assert.deepEqual(packagesFor(['paho-c', 'mosquitto-clients']), [
    'libpaho-mqtt-dev',
    'gcc',
    'libc6-dev',
    'mosquitto-clients',
  ]);
  assert.deepEqual(packagesFor([]), []);
});

test('installCommand() is what a person can paste', () => {
  assert.equal(installCommand(['mosquitto-clients']), 'sudo apt-get install -y mosquitto-clients');
});

test('parseInstalled() takes only what is installed', () => {
  const output =
    'gcc installed\nmosquitto config-files\ndpkg-query: no packages found matching x\n';
  assert.deepEqual([...parseInstalled(output)], ['gcc']);
});

test('provideSystemNeeds() has nothing to do when nothing is needed', async () => {
  assert.deepEqual(await provideSystemNeeds([]), []);
});

test('provideSystemNeeds() refuses a name that is not in its table', async () => {
  await assert.rejects(provideSystemNeeds(['mosqitto']), /needs mosqitto.*does not know/);
});
