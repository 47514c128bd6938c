import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { SCENARIOS } from '../scenarios.js';
import { magpie } from './magpie.js';

/** CONNECT of MQTT 3.1.1, and the CONNACK that accepts it. */
const CONNECT = Buffer.from('101000044d5154540402003c000474657374', 'hex');
const CONNACK = Buffer.from('20020000', 'hex');

for (const kind of ['tls', 'tcp'] as const) {
  test(`tunnelled() carries MQTT to Magpie and back over ${kind}`, async () => {
    const scenario = SCENARIOS.find(({ tunnel }) => tunnel === kind);
    assert.ok(scenario !== undefined);
    const broker = await magpie({ profileFolder: undefined, args: [] }).start(scenario, 1);
    const socket = connect(broker.port, broker.host);
    socket.write(CONNECT);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.deepEqual(answer, CONNACK);
    socket.destroy();
    await broker.stop();
  });
}
