import { ClientError, SubscribeRefusedError } from '@magpie/client';
import type { QoS } from '@magpie/protocol';
import { connectOnce } from './check-connect.js';
import { type Finding, finding } from './findings.js';
import type { Check, Patient } from './patient.js';
import { Scratch } from './scratch.js';

/** What the user wants to be allowed. */
export interface WantedRights {
  readonly subscribe: readonly string[];
  readonly publish: readonly string[];
}

/** May the client subscribe and publish to these? */
export function checkRights({ subscribe, publish }: WantedRights): Check {
  return async function* rights(patient) {
    for (const filter of subscribe) yield await trySubscribe(filter, patient);
    for (const topic of publish) yield await tryPublish(topic, patient);
    return true;
  };
}

async function trySubscribe(filter: string, patient: Patient): Promise<Finding> {
  await using client = await connectOnce(patient);
  try {
    const qos = await client.subscribe(filter, { qos: 2 }, () => {}).ready;
    return finding(qos < 2 ? 'subscribe-lower' : 'subscribe-granted', { filter, qos });
  } catch (error) {
    if (error instanceof ClientError) return finding('subscribe-refused', { filter });
    throw error;
  }
}

/** A message that nobody may see can still be acknowledged: it has to come back. */
async function tryPublish(topic: string, patient: Patient): Promise<Finding> {
  await using client = await connectOnce(patient);
  const scratch = new Scratch(client);
  const qos: QoS = 1;
  try {
    await scratch.listen(topic);
    const back = await scratch.roundTrip(topic, qos, { patienceMs: patient.patienceMs });
    return finding(back === undefined ? 'publish-vanished' : 'publish-arrived', { topic });
  } catch (error) {
    if (error instanceof SubscribeRefusedError)
      return finding('subscribe-refused', { filter: topic });
    if (error instanceof ClientError) return finding('publish-closed', { topic });
    throw error;
  }
}
