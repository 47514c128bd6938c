import type { StoredPublication } from '../outbox.js';

/** What becomes of a publication: it is written, its payload goes, or all of it. */
type PublicationChange = StoredPublication | 'release' | 'remove';

/**
 * What was written since the last transaction: of each thing only what came last, so that it can
 * fail and go in again with the next one.
 */
export class Changes {
  readonly publications = new Map<number, PublicationChange>();
  /** Whether an identifier was received or is to be forgotten. */
  readonly received = new Map<number, boolean>();
  /** Values by key; `undefined` forgets it. */
  readonly notes = new Map<string, unknown>();

  get empty(): boolean {
    return this.publications.size + this.received.size + this.notes.size === 0;
  }

  put(publication: StoredPublication): void {
    this.publications.set(publication.sequence, publication);
  }

  release(sequence: number): void {
    const known = this.publications.get(sequence);
    if (known === 'remove') return;
    if (known === undefined || known === 'release') this.publications.set(sequence, 'release');
    else this.put({ ...known, payload: NOTHING, released: true });
  }

  remove(sequence: number): void {
    this.publications.set(sequence, 'remove');
  }

  /** Adds what came later. */
  append(later: Changes): void {
    for (const [sequence, change] of later.publications) {
      if (change === 'release') this.release(sequence);
      else this.publications.set(sequence, change);
    }
    for (const [packetId, there] of later.received) this.received.set(packetId, there);
    for (const [key, value] of later.notes) this.notes.set(key, value);
  }
}

const NOTHING = new Uint8Array(0);
