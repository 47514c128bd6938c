import { setTimeout as delay } from 'node:timers/promises';

/** A step of an attack that takes its time; never a wait for something to happen. */
export async function pause(ms: number): Promise<void> {
  await delay(ms);
}
