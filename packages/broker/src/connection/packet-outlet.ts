import {
  encodedLength,
  encodeInto,
  type Packet,
  type ProtocolVersion,
  Publish,
  publishFlags,
  publishHeadLength,
  type QoS,
  type Suback,
  utf8Length,
  writePublishHead,
} from '@magpie/protocol';
import type { CloseReason } from '../model/close-reason.js';
import type { Message } from '../model/message.js';
import type { Counters } from '../observe/counters.js';
import type { PacketLog } from '../observe/packets/packet-log.js';
import type { AcknowledgementType, Outlet } from '../sessions/outlet.js';
import type { CommitGate, CommitWaiter } from '../stores/commit-gate.js';
import type { SocketWriter } from './socket-writer.js';

/** The connection that the packets leave by. */
export interface OutletOwner {
  closeSoon(reason: CloseReason): void;
  /** A commit has released some of what waited. */
  hasRoom(): void;
}

/** A packet that waits for its commit. */
interface HeldPacket {
  readonly packet: Packet;
  readonly ticket: number;
  /** Whether no message may overtake it. */
  readonly fenced: boolean;
}

/** Acknowledgements of one kind, one behind the other, that wait for the same commit. */
interface HeldRun {
  readonly type: AcknowledgementType;
  readonly packetIds: number[];
  readonly ticket: number;
}

/**
 * Turns what a session sends into the bytes of one connection.
 *
 * What waits for its commit waits here, in order; behind one that waits all others wait too
 * (MQTT-4.6.0-2), but for QoS 0 and 1, which never wait.
 */
export class PacketOutlet implements Outlet, CommitWaiter {
  readonly #writer: SocketWriter;
  readonly #gate: CommitGate;
  readonly #counters: Counters;
  readonly #outputBytesMax: number;
  readonly #owner: OutletOwner;
  #held: (HeldPacket | HeldRun)[] | undefined;
  #heldPackets = 0;
  #heldBytes = 0;
  /**
   * Messages among them that no other may overtake: retained ones, or a newer one of the topic
   * would come before them; what is sent again, in the order of the first time (MQTT-4.6.0-1); and
   * what has to wait behind such.
   */
  #fence = 0;
  version: ProtocolVersion = 4;
  /** Told what is sent, and by the connection what comes, while the client is watched. */
  packetLog: PacketLog | undefined;

  constructor(parts: {
    writer: SocketWriter;
    gate: CommitGate;
    counters: Counters;
    outputBytesMax: number;
    owner: OutletOwner;
  }) {
    this.#writer = parts.writer;
    this.#gate = parts.gate;
    this.#counters = parts.counters;
    this.#outputBytesMax = parts.outputBytesMax;
    this.#owner = parts.owner;
  }

  /** Also while it is full of what waits for a commit, or that would grow with the window. */
  get congested(): boolean {
    return this.#writer.congested || this.full;
  }

  get unwrittenSinceMs(): number | undefined {
    return this.#writer.unwrittenSinceMs;
  }

  get full(): boolean {
    return this.#writer.pendingBytes + this.#heldBytes >= this.#outputBytesMax;
  }

  /** Packets waiting for a commit. */
  get held(): number {
    return this.#heldPackets;
  }

  closeSoon(reason: CloseReason): void {
    this.#owner.closeSoon(reason);
  }

  /** Runs per message and receiver (`bench --only pairs-qos0`). */
  publish(
    message: Message,
    qos: QoS,
    packetId: number,
    dup: boolean,
    retain: boolean,
    ticket: number,
  ): void {
    this.#counters.messagesSent++;
    const { packetStart, payloadEnd } = message;
    if (ticket !== 0 || (this.#held !== undefined && (qos === 2 || this.#fence > 0))) {
      const { topic, payload } = message.keep();
      this.#hold(Publish.of({ topic, payload, qos, packetId, dup, retain }), ticket);
      return;
    }
    this.packetLog?.sentPublish(message, qos, packetId, dup, retain);
    this.#counters.packetsSent++;
    if (packetStart >= 0 && qos === message.qos && payloadEnd - packetStart <= COPIED_BYTES_MAX) {
      this.#sendOn(message, packetStart, packetId, publishFlags(qos, retain, dup));
    } else {
      this.#encode(message, qos, packetId, dup, retain);
    }
  }

  acknowledge(type: AcknowledgementType, packetId: number, ticket: number): void {
    if (ticket !== 0 || this.#held !== undefined) this.#holdAcknowledgement(type, packetId, ticket);
    else this.#acknowledgeNow(type, packetId);
  }

  #acknowledgeNow(type: AcknowledgementType, packetId: number): void {
    this.#counters.packetsSent++;
    this.packetLog?.sent({ type, packetId });
    const at = this.#writer.reserve(4);
    const target = this.#writer.target;
    target[at] = FIRST_BYTE[type];
    target[at + 1] = 2;
    target[at + 2] = packetId >>> 8;
    target[at + 3] = packetId;
  }

  subscribed(suback: Suback, ticket: number): void {
    if (ticket !== 0 || this.#held !== undefined) this.#hold(suback, ticket);
    else this.send(suback);
  }

  /** Sends any packet now. */
  send(packet: Packet): void {
    this.#counters.packetsSent++;
    this.packetLog?.sent(packet);
    const length = encodedLength(packet, this.version);
    const at = this.#writer.reserve(length);
    encodeInto(packet, this.version, this.#writer.target, at);
  }

  committed(): void {
    const held = this.#held;
    if (held === undefined) return;
    let released = 0;
    for (const entry of held) {
      if (!this.#gate.isSafe(entry.ticket)) break;
      this.#letGo(entry);
      released++;
    }
    if (released === held.length) this.release();
    else if (released > 0) this.#held = held.slice(released);
    // Whether it was full before says nothing: a part of the output may have left meanwhile.
    if (released > 0) this.#owner.hasRoom();
  }

  #letGo(entry: HeldPacket | HeldRun): void {
    if ('packetIds' in entry) {
      for (const packetId of entry.packetIds) this.#acknowledgeNow(entry.type, packetId);
      this.#heldPackets -= entry.packetIds.length;
      this.#heldBytes -= entry.packetIds.length * HELD_BYTES;
      return;
    }
    this.send(entry.packet);
    this.#heldPackets--;
    this.#heldBytes -= memoryOf(entry.packet);
    if (entry.fenced) this.#fence--;
  }

  /** Forgets what waits: the connection is over, or nothing is left. */
  release(): void {
    this.#held = undefined;
    this.#heldPackets = 0;
    this.#heldBytes = 0;
    this.#fence = 0;
    this.#gate.leave(this);
  }

  /** The packet as it came, with another first byte and packet identifier. */
  #sendOn(message: Message, packetStart: number, packetId: number, flags: number): void {
    const writer = this.#writer;
    const at = writer.copy(message.source, packetStart, message.payloadEnd);
    const target = writer.target;
    target[at] = PUBLISH_FIRST_BYTE | flags;
    if (packetId === 0) return;
    const idAt = at + message.payloadStart - packetStart - 2;
    target[idAt] = packetId >>> 8;
    target[idAt + 1] = packetId;
  }

  #encode(message: Message, qos: QoS, packetId: number, dup: boolean, retain: boolean): void {
    const writer = this.#writer;
    const { topic, payloadLength } = message;
    const topicBytes = utf8Length(topic);
    const at = writer.reserve(publishHeadLength(topicBytes, payloadLength, qos));
    writePublishHead(
      writer.target,
      at,
      topic,
      topicBytes,
      payloadLength,
      qos,
      retain,
      dup,
      packetId,
    );
    if (payloadLength === 0) return;
    if (payloadLength > COPIED_BYTES_MAX) writer.reference(message.keep().payload);
    else writer.copy(message.source, message.payloadStart, message.payloadEnd);
  }

  #hold(packet: Packet, ticket: number): void {
    const fenced = packet.type === 'publish' && (packet.retain || packet.dup || this.#fence > 0);
    if (fenced) this.#fence++;
    this.#waiting().push({ packet, ticket, fenced });
    this.#heldPackets++;
    this.#heldBytes += memoryOf(packet);
  }

  /** Runs per message: those of a turn are one entry (`bench --only online-persistent`). */
  #holdAcknowledgement(type: AcknowledgementType, packetId: number, ticket: number): void {
    const held = this.#waiting();
    const last = held.at(-1);
    if (last !== undefined && 'packetIds' in last && last.type === type && last.ticket === ticket) {
      last.packetIds.push(packetId);
    } else {
      held.push({ type, packetIds: [packetId], ticket });
    }
    this.#heldPackets++;
    this.#heldBytes += HELD_BYTES;
  }

  #waiting(): (HeldPacket | HeldRun)[] {
    if (this.#held === undefined) {
      this.#held = [];
      this.#gate.wait(this);
    }
    return this.#held;
  }
}

/** What a packet that waits counts for. */
function memoryOf(packet: Packet): number {
  return HELD_BYTES + (packet.type === 'publish' ? packet.payloadLength : 0);
}

/** Memory of a packet that waits, at most: that of its objects, far more than its bytes. */
const HELD_BYTES = 100;
const PUBLISH_FIRST_BYTE = 0x30;
/** Packets above are sent by reference: from here on a copy costs more than a piece of its own. */
const COPIED_BYTES_MAX = 8192;
const FIRST_BYTE = {
  puback: 0x40,
  pubrec: 0x50,
  pubrel: 0x62,
  pubcomp: 0x70,
  unsuback: 0xb0,
} as const satisfies Record<AcknowledgementType, number>;
