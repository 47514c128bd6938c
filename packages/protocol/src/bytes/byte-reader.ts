import { ProtocolError } from '../faults.js';
import { decodeString } from './decode-string.js';
import { decodeTopicName } from './decode-topic-name.js';

/** Topic names by their bytes; `TopicTable` is one. */
export interface TopicNames {
  /** @throws {ProtocolError} if source[start, end) is not a topic name. */
  intern(source: Uint8Array, start: number, end: number): string;
}

const NOTHING = new Uint8Array(0);

/**
 * Reads MQTT data types (MQTT 3.1.1, 1.5) from the body of one packet, front to back.
 *
 * One instance serves many packets and is re-aimed with {@link reset}: the hot path makes no
 * reader per packet. What `bytes` and `binary` return are VIEWS into the source; a caller that
 * keeps one longer than the source lives must copy it.
 */
export class ByteReader {
  readonly #topics: TopicNames | undefined;
  #source: Uint8Array = NOTHING;
  #at = 0;
  #end = 0;

  /** @param topics Topic names are looked up here by their bytes before they are decoded. */
  constructor(topics?: TopicNames) {
    this.#topics = topics;
  }

  /** Aims the reader at source[start, end). The bytes stay their owner's. */
  reset(source: Uint8Array, start: number, end: number): void {
    this.#source = source;
    this.#at = start;
    this.#end = end;
  }

  get source(): Uint8Array {
    return this.#source;
  }

  /** Index in `source` of the next byte. */
  get position(): number {
    return this.#at;
  }

  /** Index in `source` behind the last byte. */
  get end(): number {
    return this.#end;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  uint8(field: string): number {
    return this.#source[this.#take(1, field)]!;
  }

  uint16(field: string): number {
    const at = this.#take(2, field);
    return (this.#source[at]! << 8) | this.#source[at + 1]!;
  }

  /** A string with its two-byte length. @throws {ProtocolError} if it is not strict UTF-8. */
  utf8(field: string): string {
    const length = this.uint16(field);
    const at = this.#take(length, field);
    return decodeString(this.#source, at, at + length, field);
  }

  /**
   * A topic name with its two-byte length (4.7); where there is a table, it is decoded only once.
   *
   * @throws {ProtocolError} `TOPIC_NAME_INVALID` if it is empty or holds a wildcard.
   */
  topicName(field: string): string {
    const length = this.uint16(field);
    const at = this.#take(length, field);
    if (this.#topics !== undefined) return this.#topics.intern(this.#source, at, at + length);
    return decodeTopicName(this.#source, at, at + length);
  }

  /** The next `length` bytes: a view. */
  bytes(length: number, field: string): Uint8Array {
    const at = this.#take(length, field);
    return this.#source.subarray(at, at + length);
  }

  /** Binary data with its two-byte length: a view. */
  binary(field: string): Uint8Array {
    return this.bytes(this.uint16(field), field);
  }

  /** Passes over all that is left, as the payload of a PUBLISH. */
  skipRest(): void {
    this.#at = this.#end;
  }

  /** @throws {ProtocolError} `MALFORMED_PACKET` if bytes are left that no field explains. */
  finish(): void {
    if (this.#at === this.#end) return;
    const problem = `Packet has ${this.remaining} bytes too many`;
    throw new ProtocolError('MALFORMED_PACKET', problem, 'MQTT-4.8.0-1');
  }

  /** Bounds are checked here and nowhere else; every read goes through this line. */
  #take(length: number, field: string): number {
    const at = this.#at;
    if (length > this.#end - at) this.#refuse(length, field);
    this.#at = at + length;
    return at;
  }

  #refuse(length: number, field: string): never {
    const problem = `${field} needs ${length} bytes: ${this.remaining} are left`;
    throw new ProtocolError('MALFORMED_PACKET', problem, 'MQTT-4.8.0-1');
  }
}
