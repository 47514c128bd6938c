/** What is done to a store while it is recorded, and what was known when. See recorded-works.ts. */
import { keepStoreBusy, lookAtStore } from './busy-store.js';

const [work, dataDir = '', backupDir = '', recording = '', sync] = process.argv.slice(2);
const isLook = work === 'look' || work === 'write';
const report = isLook
  ? await lookAtStore(dataDir, work === 'write')
  : await keepStoreBusy(dataDir, backupDir, recording, sync === 'interval' ? sync : 'always');
process.stdout.write(JSON.stringify(report), () => {
  if (isLook) process.kill(process.pid, 'SIGKILL'); // its store is not closed
});
