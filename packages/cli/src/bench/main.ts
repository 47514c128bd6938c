import { SIGNALS } from '../shutdown.js';
import { serveWorker } from './serve-worker.js';

// What a worker process of `magpie bench` runs. Ctrl-C reaches all processes of a terminal: the one
// that was started by hand decides when it is over, so that the last figures are not lost. When it
// is gone, for whatever reason, so is the channel, and there is nothing left to do.
for (const name of SIGNALS) process.on(name, () => {});
process.on('disconnect', () => process.exit());
serveWorker({
  on: (event, listener) => process.on(event, listener),
  send: (answer) => void process.send?.(answer, () => {}),
});
