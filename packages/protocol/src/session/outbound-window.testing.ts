/** A plain model of the outbound window, for property tests. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PACKET_ID_MAX } from '../limits.js';
import { packetIdOf } from '../packets/packet-id.js';
import { MISMATCH, type OutboundWindow, UNKNOWN } from './outbound-window.js';

export type WindowStep =
  | { readonly type: 'send'; readonly qos: 1 | 2; readonly skip: number }
  | {
      readonly type: 'answer';
      readonly with: 'acknowledge' | 'received' | 'complete';
      /** Which of those in flight; or, if `stray`, an identifier as it comes. */
      readonly which: number;
      readonly stray: boolean;
    };

export function anyWindowStep(): fc.Arbitrary<WindowStep> {
  const skip = fc.oneof(
    { weight: 20, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.nat(20) },
    { weight: 1, arbitrary: fc.constantFrom(1000, 65_500, 65_533, 65_534, 65_535, 200_000) },
  );
  const send = fc.record({
    type: fc.constant('send' as const),
    qos: fc.constantFrom<1 | 2>(1, 2),
    skip,
  });
  const answer = fc.record({
    type: fc.constant('answer' as const),
    with: fc.constantFrom('acknowledge' as const, 'received' as const, 'complete' as const),
    which: fc.nat(65_534),
    stray: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  });
  return fc.oneof(send, answer);
}

interface Entry {
  readonly sequence: number;
  readonly packetId: number;
  readonly qos: 1 | 2;
  released: boolean;
  message: string | undefined;
}

/** What the window shall be: a list of messages in the order of their sequence numbers. */
export class ModelWindow {
  readonly #inflightMax: number;
  #next: number;
  #entries: Entry[] = [];

  constructor(inflightMax: number, firstSequence: number) {
    this.#inflightMax = inflightMax;
    this.#next = firstSequence;
  }

  /** Does the same to both, and compares. */
  perform(step: WindowStep, window: OutboundWindow<string>): void {
    if (step.type === 'send') this.#send(step.qos, step.skip, window);
    else this.#answer(step, window);
    assert.equal(window.inflight, this.#entries.length);
    assert.deepEqual([...window.unacknowledged()], this.#entries);
    const packetIds = new Set(this.#entries.map(({ packetId }) => packetId));
    assert.equal(packetIds.size, this.#entries.length, 'an identifier is in flight twice');
  }

  #send(qos: 1 | 2, skip: number, window: OutboundWindow<string>): void {
    const sequence = this.#next + skip;
    const room = this.#hasRoom(sequence);
    assert.equal(window.hasRoom(sequence), room);
    if (!room) return;
    this.#next = sequence + 1;
    const message = `message ${sequence}`;
    const packetId = window.send(sequence, qos, message);
    this.#entries.push({ sequence, packetId, qos, released: false, message });
    assert.equal(packetId, packetIdOf(sequence));
  }

  #hasRoom(sequence: number): boolean {
    const oldest = this.#entries[0];
    if (oldest === undefined) return true;
    return this.#entries.length < this.#inflightMax && sequence - oldest.sequence < PACKET_ID_MAX;
  }

  #answer(step: WindowStep & { type: 'answer' }, window: OutboundWindow<string>): void {
    const chosen = this.#entries[step.which % Math.max(1, this.#entries.length)];
    const packetId = step.stray || chosen === undefined ? step.which + 1 : chosen.packetId;
    const entry = this.#entries.find((other) => other.packetId === packetId);
    assert.equal(window[step.with](packetId), this.#expected(entry, step.with));
  }

  #expected(entry: Entry | undefined, answer: 'acknowledge' | 'received' | 'complete'): number {
    if (entry === undefined) return UNKNOWN;
    if (answer === 'received') {
      if (entry.qos === 1) return MISMATCH;
      entry.released = true;
      entry.message = undefined;
      return entry.sequence;
    }
    const fits = answer === 'acknowledge' ? entry.qos === 1 : entry.qos === 2 && !entry.message;
    if (!fits) return MISMATCH;
    this.#entries = this.#entries.filter((other) => other !== entry);
    return entry.sequence;
  }
}
