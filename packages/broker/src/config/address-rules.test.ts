import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressProblems, type WantedAddress } from './address-rules.js';

const address = (name: WantedAddress['name'], host: string, port: number): WantedAddress => {
  return { name, host, port, hostOrigin: `--host ${host}` };
};
const PUBLIC =
  'is a public address and no authentication is configured: listen on 127.0.0.1, or let everybody '
  + 'in with --allow-anonymous (in magpie.yaml: authentication: { anonymous: true })';

const cases: [rule: string, wanted: WantedAddress[], anonymous: boolean, expected: string[]][] = [
  ['accepts loopback', [address('tcp', '127.0.0.1', 1883)], false, []],
  ['accepts a public host for everybody', [address('tcp', '0.0.0.0', 1883)], true, []],
  [
    'refuses a public host, once for the words that gave it',
    [address('tcp', '0.0.0.0', 1883), address('ws', '0.0.0.0', 8083), address('http', '::', 1)],
    false,
    [`--host 0.0.0.0 ${PUBLIC}`, `--host :: ${PUBLIC}`],
  ],
  [
    'refuses a port wanted twice on one host',
    [address('tcp', '::1', 5), address('ws', '127.0.0.1', 5), address('http', '::1', 5)],
    false,
    ['Port 5 on ::1 is wanted by two listeners: tcp and http'],
  ],
  [
    'lets any number take a free port',
    [address('tcp', '::1', 0), address('ws', '::1', 0)],
    true,
    [],
  ],
];
for (const [rule, wanted, anonymous, expected] of cases) {
  test(`addressProblems() ${rule}`, () => {
    assert.deepEqual(addressProblems(wanted, anonymous), expected);
  });
}
