import {
  type ClientRequest,
  encodeClientRequest,
  publishHeadLength,
  utf8Length,
  writePublishHead,
} from '@magpie/protocol';
import type { PacketTracer } from '../model/client-events.js';
import type { PacketSink } from '../session/packet-sink.js';
import type { Publication } from '../session/publication.js';

/** What a writer needs of the connection. */
export interface WriterLink {
  readonly congested: boolean;
  /** Told at the first packet since {@link PacketWriter.take}. */
  written(): void;
}

/**
 * Gathers the packets of a turn as bytes, so that they leave in one write.
 *
 * Small payloads are copied into a slab; large ones go by reference. What was taken belongs to the
 * transport until {@link clear}.
 */
export class PacketWriter implements PacketSink {
  readonly #link: WriterLink;
  readonly #trace: PacketTracer;
  #slab = NOTHING;
  /** Grows with use: an idle client holds little. */
  #slabBytes = SLAB_BYTES_MIN;
  /** The bytes of the slab that wait begin here … */
  #start = 0;
  /** … and end here. */
  #end = 0;
  #parts: Uint8Array[] | undefined;
  /** Bytes since the writer was made. */
  bytes = 0;
  /** Packets since then. */
  packets = 0;

  /** @param trace Told of each packet. */
  constructor(link: WriterLink, trace: PacketTracer) {
    this.#link = link;
    this.#trace = trace;
  }

  get congested(): boolean {
    return this.#link.congested;
  }

  /** Whether there is something to {@link take}. */
  get waiting(): boolean {
    return this.#end > this.#start || this.#parts !== undefined;
  }

  publish({ topic, payload, qos, retain }: Publication, packetId: number, dup: boolean): void {
    this.#trace.packet('sent', 'publish', packetId);
    const topicBytes = utf8Length(topic);
    const headBytes = publishHeadLength(topicBytes, payload.length, qos);
    const copied = payload.length <= COPIED_BYTES_MAX;
    const at = this.#reserve(headBytes + (copied ? payload.length : 0));
    const slab = this.#slab;
    const { length } = payload;
    const bodyAt = writePublishHead(
      slab,
      at,
      topic,
      topicBytes,
      length,
      qos,
      retain,
      dup,
      packetId,
    );
    if (copied) slab.set(payload, bodyAt);
    else this.#reference(payload);
  }

  acknowledge(type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', packetId: number): void {
    this.#trace.packet('sent', type, packetId);
    const at = this.#reserve(4);
    this.#slab[at] = FIRST_BYTE[type];
    this.#slab[at + 1] = 2;
    this.#slab[at + 2] = packetId >>> 8;
    this.#slab[at + 3] = packetId;
  }

  /** @throws {RangeError} if a field is larger than MQTT can say. */
  send(packet: ClientRequest): void {
    this.#trace.packet('sent', packet.type, 'packetId' in packet ? packet.packetId : 0);
    const bytes = encodeClientRequest(packet);
    const at = this.#reserve(bytes.length);
    this.#slab.set(bytes, at);
  }

  /** What was written since the last call, in order. */
  take(): readonly Uint8Array[] {
    this.#cut();
    const parts = this.#parts ?? [];
    this.#parts = undefined;
    if (this.#slab.length <= SLAB_BYTES_MIN) this.#drop(); // an idle client holds none
    return parts;
  }

  /** What was taken has left, or the connection is gone: its bytes may be written again. */
  clear(): void {
    this.#start = 0;
    this.#end = 0;
    this.#parts = undefined;
  }

  #reserve(bytes: number): number {
    if (!this.waiting) this.#link.written();
    this.packets++;
    this.bytes += bytes;
    if (this.#end + bytes > this.#slab.length) {
      if (this.#end > 0) this.#slabBytes = Math.min(this.#slabBytes * 2, SLAB_BYTES_MAX);
      this.#cut();
      this.#drop();
      this.#slab = new Uint8Array(Math.max(this.#slabBytes, bytes));
    }
    const at = this.#end;
    this.#end += bytes;
    return at;
  }

  #reference(payload: Uint8Array): void {
    this.bytes += payload.length;
    this.#cut();
    (this.#parts ??= []).push(payload);
  }

  #drop(): void {
    this.#slab = NOTHING;
    this.#start = 0;
    this.#end = 0;
  }

  #cut(): void {
    if (this.#end === this.#start) return;
    (this.#parts ??= []).push(this.#slab.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}

const NOTHING = new Uint8Array(0);
const SLAB_BYTES_MIN = 256;
const SLAB_BYTES_MAX = 32_768;
const COPIED_BYTES_MAX = 4096;
/** Fixed headers (MQTT 3.1.1, 2.2): a PUBREL has a reserved flag. */
const FIRST_BYTE = { puback: 0x40, pubrec: 0x50, pubrel: 0x62, pubcomp: 0x70 } as const;
