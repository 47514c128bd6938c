import { setTimeout as wait } from 'node:timers/promises';
import { connectOnce } from './check-connect.js';
import { finding } from './findings.js';
import type { Check } from './patient.js';
import { Scratch } from './scratch.js';

/** Does a connection without traffic outlive `idleMs`, whatever lies between? */
export function checkIdle(idleMs: number, topic: string): Check {
  return async function* idle(patient) {
    const options = { ...patient.options, keepAlive: 0 };
    await using client = await connectOnce({ ...patient, options });
    const scratch = new Scratch(client);
    await scratch.listen(topic);
    await wait(idleMs, undefined, { signal: patient.signal });
    const seconds = idleMs / 1000;
    const { patienceMs } = patient;
    const back = await scratch.roundTrip(topic, 0, { patienceMs }).catch(() => undefined);
    yield finding(back === undefined ? 'idle-cut' : 'idle-survived', { seconds });
    return true;
  };
}
