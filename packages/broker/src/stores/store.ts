import type { QoS } from '@magpie/protocol';
import type { Message } from '../model/message.js';
import type { Principal, SessionOwner } from '../model/principal.js';

/** One session that gets a stored message. */
export interface Recipient {
  readonly clientId: string;
  /**
   * Place of the message in the order of that session; the packet identifier is derived from it.
   */
  readonly sequence: number;
  readonly qos: 1 | 2;
  /** Whether it goes out with the RETAIN flag: it answers a subscription. */
  readonly retained: boolean;
}

/** What {@link Store.load} tells of a message that was not settled: read it when it is needed. */
export interface StoredDelivery {
  readonly sequence: number;
  readonly qos: 1 | 2;
  /** PUBREC was seen, only a PUBREL is due. */
  readonly released: boolean;
  /** `Message.bytes` of the message; 0 if it is released. */
  readonly bytes: number;
}

/** A message as {@link Store.read} gives it back. */
export interface StoredMessage {
  readonly sequence: number;
  readonly qos: 1 | 2;
  readonly retained: boolean;
  readonly message: Message;
}

/**
 * Messages in the order of their sequence numbers. Who asks for one twice may get two objects of
 * the same.
 */
export interface StoredPage extends Iterable<StoredMessage> {
  readonly length: number;
  /**
   * @param index From 0, or from the end if it is negative.
   * @returns `undefined`: there is none.
   * @throws {Error} if what is stored of it is damaged.
   */
  at(index: number): StoredMessage | undefined;
}

/** Retained messages that a new subscription of a session is still to get. */
export interface StoredReplay {
  readonly filter: string;
  readonly qos: QoS;
  /** Those up to this {@link StoredRetained.change} were sent. */
  readonly after: number;
  /** Those above this one came after the SUBSCRIBE. */
  readonly asOf: number;
  /** The sequence numbers that are set aside and were not used. */
  readonly nextSequence: number;
  /** The number behind them. No two replays of a session have the same: it is their name. */
  readonly endSequence: number;
}

/** What is left of a persistent session. */
export interface StoredSession {
  readonly clientId: string;
  /** `undefined`: a version that did not note it has opened the session. */
  readonly owner: SessionOwner | undefined;
  /**
   * When its client left, in milliseconds of {@link StoredTime.brokerMs}; `undefined`: it was
   * connected.
   */
  readonly leftAtMs: number | undefined;
  /**
   * The next sequence number: above every one ever given to {@link Store.append}, but for those of
   * messages that all had settled before a commit began: nobody holds anything of these.
   */
  readonly nextSequence: number;
  readonly subscriptions: ReadonlyMap<string, QoS>;
  /** Received QoS 2 packet identifiers that wait for their PUBREL. */
  readonly received: readonly number[];
  /** In order of sequence. */
  readonly deliveries: readonly StoredDelivery[];
  /** In order of sequence. */
  readonly replays: readonly StoredReplay[];
}

/** The retained message of a topic. */
export interface StoredRetained {
  readonly message: Message;
  /** What was retained later has a higher number. The first has 1. */
  readonly change: number;
}

/** The will of a client that is connected (MQTT 3.1.1, 3.1.2.5). */
export interface StoredWill {
  /** Its name. A client that takes over from itself has two for a moment. */
  readonly number: number;
  /** Whose it is: whether he may publish it is asked when it is published. */
  readonly principal: Principal;
  readonly message: Message;
}

/** Two clocks, read at the same time. Whole milliseconds. */
export interface StoredTime {
  /** Time of the broker: it goes on across restarts, and nobody can set it. */
  readonly brokerMs: number;
  /** Time of the machine, since 1970. */
  readonly wallMs: number;
}

/** All that survived. */
export interface StoredState {
  readonly sessions: readonly StoredSession[];
  readonly retained: readonly StoredRetained[];
  /** In order of number. */
  readonly wills: readonly StoredWill[];
  readonly time: StoredTime | undefined;
}

/**
 * Keeps what must survive the process: persistent sessions, retained messages and wills (MQTT
 * 3.1.1, 4.1).
 *
 * A store stores: it does not match topics, call sessions or make packet identifiers. Writes are
 * synchronous and are collected; {@link commit} makes all since the last one safe together.
 * Messages given to it own their bytes. One writer: one broker.
 *
 * What a write does not find (a session that was removed, an identifier that is not there) is
 * ignored.
 */
export interface Store extends AsyncDisposable {
  /** One word for logs. */
  readonly name: string;
  /**
   * Whether a write is as safe as it gets when it returns: then nobody waits for {@link commit}.
   */
  readonly safeAtOnce: boolean;
  /**
   * Whether a message was appended since {@link commit} was called last that not all its
   * recipients have settled, be it on disk or not: nobody has waited for that.
   * A store that does not know says yes.
   */
  readonly hasNewMessages: boolean;
  /**
   * Whether of the messages that {@link commit} was asked to write one is neither safe nor settled
   * by all its recipients. A store that does not know says yes.
   */
  readonly hasMessagesUnderWay: boolean;
  /** Whether a commit would write something besides new messages. Or yes, too. */
  readonly hasChanges: boolean;
  /**
   * Whether the messages it holds are in memory anyway. If not, sessions do not keep theirs, but
   * {@link read} them.
   */
  readonly inMemory: boolean;
  /** Reads everything but the messages of sessions. Called once, before the first write. */
  load(): Promise<StoredState>;
  /**
   * Reads messages of a session that are neither released nor settled, also those that are not
   * committed yet.
   *
   * @param from The lowest sequence number that is wanted.
   * @param messagesMax Most messages that are given, 1 or more.
   * @param bytesMax Most bytes of them together, counted as `Message.bytes`, but for one message.
   * @returns A promise of some of them, the first in order of sequence; of none only if there are
   * none, or no such session. Whether it holds what is written while it is read is open. It rejects
   * when the store cannot read, and may be tried again.
   */
  read(clientId: string, from: number, messagesMax: number, bytesMax: number): Promise<StoredPage>;
  /**
   * A persistent session begins, its client connected, without anything in it; one of the same name
   * is replaced.
   *
   * @param owner See {@link StoredSession.owner}.
   */
  openSession(clientId: string, owner?: SessionOwner): void;
  removeSession(clientId: string): void;
  /** A session whose owner was not known has one now. */
  putOwner(clientId: string, owner: SessionOwner): void;
  /** The client left at this time, see {@link StoredSession.leftAtMs}; `undefined`: it is back. */
  putLeft(clientId: string, leftAtMs: number | undefined): void;
  putSubscription(clientId: string, filter: string, qos: QoS): void;
  deleteSubscription(clientId: string, filter: string): void;
  /** One message with all the sessions that get it. The payload is stored once. */
  append(message: Message, recipients: readonly Recipient[]): void;
  /** PUBREC seen: the message is the client's, only its PUBREL is due. */
  release(clientId: string, sequence: number): void;
  /** The session is done with the message: acknowledged, or dropped. */
  settle(clientId: string, sequence: number): void;
  addReceived(clientId: string, packetId: number): void;
  deleteReceived(clientId: string, packetId: number): void;
  /** Sets or replaces the replay with this `endSequence`. */
  putReplay(clientId: string, replay: StoredReplay): void;
  deleteReplay(clientId: string, endSequence: number): void;
  /** Sets or replaces the retained message of `message.topic`. */
  putRetained(message: Message, change: number): void;
  deleteRetained(topic: string): void;
  /** Keeps a will. Its client need not have a persistent session. */
  putWill(will: StoredWill): void;
  deleteWill(number: number): void;
  putTime(time: StoredTime): void;
  /**
   * Makes all writes so far as safe as this store can.
   *
   * @returns A promise that resolves when they are. It rejects when the store fails: then nothing
   * since the last success is safe, and the next call tries all of it again. It rejects with
   * `StoreLost` if no call can succeed any more.
   */
  commit(): Promise<void>;
}
