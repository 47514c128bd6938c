import { setTimeout as wait } from 'node:timers/promises';
import { connectOnce } from './check-connect.js';
import { type Finding, finding } from './findings.js';
import type { Patient } from './patient.js';

/** Does another client take the identifier over? Only asked of one that was given. */
export async function* checkIdentifier(
  patient: Patient,
): AsyncGenerator<Finding, boolean, undefined> {
  const { clientId: id = '' } = patient.options;
  if (id === '') return true;
  const client = await connectOnce(patient);
  const lost = new Promise<'lost'>((resolve) => {
    client.on('state', ({ type }) => {
      if (type === 'ended' || type === 'waiting') resolve('lost');
    });
  });
  const over = new AbortController();
  const kept = wait(WATCH_MS, 'kept' as const, { signal: over.signal }).catch(
    () => 'kept' as const,
  );
  const outcome = await Promise.race([lost, kept]);
  over.abort();
  await client.end({ drain: false });
  yield outcome === 'lost'
    ? finding('identifier-in-use', { id })
    : finding('identifier-free', { id, seconds: WATCH_MS / 1000 });
  return outcome === 'kept';
}

/** Clients that were thrown out come back within a second or two. */
const WATCH_MS = 2500;
