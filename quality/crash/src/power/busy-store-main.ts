/** Keeps a store busy and tells what it knew when. Started by recorded-works.ts. */
import { keepStoreBusy } from './busy-store.js';

const [dataDir = '', backupDir = '', recording = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await keepStoreBusy(dataDir, backupDir, recording)));
