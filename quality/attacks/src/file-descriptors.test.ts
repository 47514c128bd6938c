import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Canary } from './canary.js';
import { MagpieProcess } from './magpie-process.js';
import { CONNACK_ACCEPTED, connect } from './packets.js';
import { RawPeer } from './raw-peer.js';

const OPEN_FILES_MAX = 400;
const ARGS = ['--port', '0', '--ws-port', '0', '--no-http', '--memory'];

const cases = [
  {
    name: 'refuses connections before file descriptors run out',
    listener: 'tcp',
    limits: [],
    told: 'overload-refused',
  },
  {
    // Where requests come in nobody has counted them yet.
    name: 'goes on when file descriptors have run out (EMFILE)',
    listener: 'ws',
    limits: ['--limit', 'fileDescriptorsReserve=0'],
    told: undefined, // Node.js closes them by itself
  },
];
for (const { name, listener, limits, told } of cases) {
  test(`magpie broker ${name}`, async (t) => {
    const magpie = new MagpieProcess([...ARGS, ...limits], { openFilesMax: OPEN_FILES_MAX });
    const canaries: Canary[] = [];
    t.after(async () => {
      for (const one of canaries) await one.stop();
      await magpie.end();
    });
    const port = await magpie.port('tcp');
    const canary = await Canary.start(port);
    canaries.push(canary);

    const attacked = await magpie.port(listener);
    const peers = await Promise.all(
      Array.from({ length: 3 * OPEN_FILES_MAX }, () => RawPeer.open(attacked)),
    );
    await Promise.race(peers.map(({ closed }) => closed));
    if (told !== undefined) await magpie.line((line) => line['event'] === told);
    await canary.song();
    const before = await magpie.processorMs();
    const beganMs = performance.now();
    let song = await canary.song();
    while (performance.now() - beganMs < 1000) {
      const next = await canary.song();
      song = next.longestMs > song.longestMs ? next : song;
    }
    const busyMs = (await magpie.processorMs()) - before;
    t.diagnostic(`processor ${busyMs} ms in a second, canary ${song.longestMs.toFixed(0)} ms`);
    assert.ok(busyMs < 700, `it spins: ${busyMs} ms of processor time in a second`);
    assert.ok(song.longestMs < 2000);

    for (const peer of peers) peer.close();
    let accepted = false;
    while (!accepted) {
      const again = await RawPeer.open(port, connect('again'));
      accepted = (await again.until(4)) && again.take().equals(CONNACK_ACCEPTED);
      again.close();
    }
    assert.deepEqual([magpie.hasEnded, magpie.stderr], [false, '']);
  });
}
