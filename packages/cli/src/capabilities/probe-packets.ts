import { varintSize } from '@magpie/protocol';
import { type Capability, tried, unknown } from './capability.js';
import { Echo } from './echo.js';
import { findLimit } from './find-limit.js';
import type { Survey } from './survey.js';

/** How large a PUBLISH may be, fixed header included. */
export async function probePackets(survey: Survey): Promise<readonly Capability[]> {
  const echo = new Echo(survey, 'size');
  const topic = `${survey.root}/size/packet`;
  const fits = async (bytes: number) =>
    (await echo.send(topic, payloadFor(bytes, topic))) === 'arrived';
  try {
    if (!(await fits(SMALLEST_BYTES))) return [unknown('packet-bytes', 'no message came back')];
    const { value, atLeast } = await findLimit(SMALLEST_BYTES, survey.bounds.packetBytes, fits);
    return [{ ...tried('packet-bytes', value), atLeast: atLeast && value < PACKET_BYTES_MAX }];
  } finally {
    await echo.close();
  }
}

/** A payload with which a PUBLISH of QoS 1 to this topic has so many bytes. */
export function payloadFor(packetBytes: number, topic: string): Uint8Array {
  const remaining = packetBytes - 1 - varintSize(packetBytes - 1);
  const packetId = 2;
  return new Uint8Array(remaining - 2 - Buffer.byteLength(topic) - packetId);
}

const SMALLEST_BYTES = 256;
/** The largest that MQTT can say (3.1.1, 2.2.3). */
const PACKET_BYTES_MAX = 268_435_460;
