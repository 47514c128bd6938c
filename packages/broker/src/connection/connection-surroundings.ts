import type { ByteReader } from '@magpie/protocol';
import type { Admission } from '../admission/admission.js';
import type { PublishRates } from '../admission/publish-rates.js';
import type { Clock } from '../model/clock.js';
import type { Limits } from '../model/limits.js';
import type { MessageMemory } from '../model/message-memory.js';
import type { TimerWheel } from '../model/timer-wheel.js';
import type { BrokerEvents } from '../observe/broker-events.js';
import type { Counters } from '../observe/counters.js';
import type { Journal } from '../observe/journal/journal.js';
import type { Logger } from '../observe/logger.js';
import type { PacketWatches } from '../observe/packets/packet-watches.js';
import type { Connecting } from '../pipeline/connecting.js';
import type { Publishing } from '../pipeline/publishing.js';
import type { Subscribing } from '../pipeline/subscribing.js';
import type { Turn } from '../pipeline/turn.js';
import type { Wills } from '../pipeline/wills.js';
import type { SessionRegistry } from '../sessions/session-registry.js';
import type { CommitGate } from '../stores/commit-gate.js';
import type { IoArena } from './io-arena.js';

/** What all connections of a broker share. */
export interface ConnectionSurroundings {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly turn: Turn;
  readonly arena: IoArena;
  readonly reader: ByteReader;
  readonly memory: MessageMemory;
  readonly gate: CommitGate;
  readonly registry: SessionRegistry;
  readonly connecting: Connecting;
  readonly publishing: Publishing;
  readonly subscribing: Subscribing;
  readonly wills: Wills;
  readonly admission: Admission;
  readonly rates: PublishRates;
  readonly counters: Counters;
  readonly events: BrokerEvents;
  readonly journal: Journal;
  readonly packetWatches: PacketWatches;
  readonly log: Logger;
}
