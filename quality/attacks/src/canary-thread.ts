import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { connect, publish, subscribe } from './packets.js';

/**
 * The well-behaved client: it publishes to itself, one QoS 1 message after the other, and measures
 * how long each is under way. Asked, it tells the longest since it was asked last.
 */

const { port } = workerData as { port: number };
const socket = dial({ port, host: '127.0.0.1', noDelay: true });
let longestMs = 0;
let messages = 0;
let sentAtMs = 0;

await once(socket, 'connect');
socket.write(connect('canary'));
await once(socket, 'data');
socket.write(subscribe(1, ['canary/song'], 0));
await once(socket, 'data');
socket.on('close', () => parentPort?.postMessage('closed', []));

parentPort?.on('message', () => {
  // One that is under way counts with the time it has taken already.
  const longest = Math.max(longestMs, performance.now() - sentAtMs);
  parentPort?.postMessage({ longestMs: longest, messages }, []);
  longestMs = 0;
  messages = 0;
});
parentPort?.postMessage('ready', []);

const PAUSE_MS = 10;
const SONG = publish('canary/song', 'x'.repeat(32), { qos: 1, packetId: 1 });
/** The message back (QoS 0), and the PUBACK. */
const ANSWER_BYTES = SONG.length - 2 + 4;
for (;;) {
  sentAtMs = performance.now();
  socket.write(SONG);
  for (let bytes = 0; bytes < ANSWER_BYTES; ) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    bytes += chunk.length;
  }
  longestMs = Math.max(longestMs, performance.now() - sentAtMs);
  messages++;
  await new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS);
  });
}
