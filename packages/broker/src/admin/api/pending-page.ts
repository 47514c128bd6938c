import type { Message } from '../../model/message.js';
import type { ClientEntry } from '../../pipeline/client-directory.js';
import type { PendingPlace, PendingPosition } from '../../sessions/pending-places.js';
import type { StoredMessage, StoredPage } from '../../stores/store.js';
import { Steps } from './paging.js';

/** Some messages that are on their way to a client. */
export interface PendingPage<Row> {
  readonly rows: Row[];
  /** Where the next page begins; `undefined`: this is the last one. */
  readonly next: PendingPosition | undefined;
}

/** A place, and the message in it; `undefined`: nobody has it any more. */
export type PendingEntry = Pick<PendingPlace, 'state' | 'packetId' | 'qos' | 'replay'> & {
  readonly retained: boolean;
  readonly message: Message | undefined;
};

/**
 * Takes the next page of a walk over {@link PendingPlace}s, in steps. Messages that lie in the
 * store are read a piece at a time and shown at once: besides the rows one piece is in memory.
 *
 * What has left while it was read is not in the page.
 */
export async function pendingPage<Row>(
  client: Pick<ClientEntry, 'readStored' | 'persistent'>,
  walk: Iterable<PendingPlace | undefined>,
  limit: number,
  row: (entry: PendingEntry) => Row,
): Promise<PendingPage<Row>> {
  const places: PendingPlace[] = [];
  const steps = new Steps();
  for (const place of walk) {
    if (place !== undefined) places.push(place);
    if (places.length > limit) break;
    if (steps.next()) await steps.rest();
  }
  const hasNext = places.length > limit;
  if (hasNext) places.pop();
  const rows: Row[] = [];
  const stored = new StoredPieces(client);
  for (const place of places) {
    const { state, packetId, qos, replay, delivery } = place;
    const head = { state, ...(packetId !== undefined && { packetId }), ...(replay && { replay }) };
    if (
      !client.persistent
      || delivery !== undefined
      || replay !== undefined
      || state === 'received'
    ) {
      const retained = delivery?.retained ?? replay !== undefined;
      rows.push(
        row({ ...head, ...(qos !== undefined && { qos }), retained, message: delivery?.message }),
      );
      continue;
    }
    const found = await stored.find(place.sequence);
    if (found !== undefined) rows.push(row({ ...head, ...found }));
  }
  return { rows, next: hasNext ? places.at(-1)?.at : undefined };
}

/** What was read of the store and is not used up. */
class StoredPieces {
  readonly #client: Pick<ClientEntry, 'readStored'>;
  #piece: StoredPage = [];
  #at = 0;

  constructor(client: Pick<ClientEntry, 'readStored'>) {
    this.#client = client;
  }

  /** Asked for in order. `undefined`: the store does not have it any more. */
  async find(sequence: number): Promise<StoredMessage | undefined> {
    if (sequence > (this.#piece.at(-1)?.sequence ?? -1)) {
      this.#piece = await this.#client.readStored(sequence);
      this.#at = 0;
    }
    while ((this.#piece.at(this.#at)?.sequence ?? Infinity) < sequence) this.#at++;
    const found = this.#piece.at(this.#at);
    return found?.sequence === sequence ? found : undefined;
  }
}
