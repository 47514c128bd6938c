import { ClientError } from '../errors.js';
import type { Publication } from '../session/publication.js';

/** @throws {ClientError} `packet-too-large`, before anything of it is sent. */
export function checkPublishSize({ topic, payload, qos }: Publication, bytesMax: number): void {
  const bytes = new TextEncoder().encode(topic).length + payload.length + (qos === 0 ? 7 : 9);
  if (bytes <= bytesMax) return;
  const what = `A publish of ${payload.length} bytes to ${topic} exceeds ${bytesMax}`;
  throw new ClientError('packet-too-large', what);
}
