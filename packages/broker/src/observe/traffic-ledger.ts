import type { QoS } from '@magpie/protocol';

/** PUBLISH packets and the bytes of their payloads, each by QoS. */
export interface Traffic {
  readonly messagesReceived: ByQoS;
  readonly bytesReceived: ByQoS;
  readonly messagesSent: ByQoS;
  readonly bytesSent: ByQoS;
}

export type ByQoS = readonly [qos0: number, qos1: number, qos2: number];

/**
 * What clients publish and are sent: a row of numbers for each session in one array, and nothing
 * else per message but two additions to it (`bench --only one-to-one`). Sums are made when somebody
 * asks. It has as many rows as there were sessions with traffic at one time.
 */
export class TrafficLedger {
  /** Row 0 holds what the rows had that were closed. */
  #numbers = new Float64Array(ROWS_FIRST * COLUMNS);
  #end = COLUMNS;
  /** Rows that were closed, to be opened again. */
  readonly #free: number[] = [];

  /** Rows that are open. */
  get size(): number {
    return this.#end / COLUMNS - 1 - this.#free.length;
  }

  /** @returns The name of a row of zeros; {@link close} it. */
  open(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const row = this.#end;
    if (row === this.#numbers.length) {
      const larger = new Float64Array(2 * row);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#end += COLUMNS;
    return row;
  }

  /** Keeps the sums of a row, and takes the row back. */
  close(row: number): void {
    for (let column = 0; column < COLUMNS; column++) {
      this.#numbers[column]! += this.#numbers[row + column]!;
      this.#numbers[row + column] = 0;
    }
    this.#free.push(row);
  }

  /** Runs per message. @param row {@link CLOSED_ROW}: of a session that has ended. */
  received(row: number, qos: QoS, bytes: number): void {
    const at = row + 2 * qos;
    this.#numbers[at]!++;
    this.#numbers[at + 1]! += bytes;
  }

  /** Runs per message and receiver. */
  sent(row: number, qos: QoS, bytes: number): void {
    const at = row + SENT + 2 * qos;
    this.#numbers[at]!++;
    this.#numbers[at + 1]! += bytes;
  }

  read(row: number): Traffic {
    return trafficIn(this.#numbers.subarray(row, row + COLUMNS));
  }

  /** Of all sessions, those that have ended included. */
  total(): Traffic {
    const numbers = this.#numbers;
    const sums = new Float64Array(COLUMNS);
    for (let row = 0; row < this.#end; row += COLUMNS) {
      for (let column = 0; column < COLUMNS; column++) sums[column]! += numbers[row + column]!;
    }
    return trafficIn(sums);
  }
}

export const CLOSED_ROW = 0;

function trafficIn(numbers: Float64Array): Traffic {
  const three = (at: number): ByQoS => [numbers[at]!, numbers[at + 2]!, numbers[at + 4]!];
  return {
    messagesReceived: three(0),
    bytesReceived: three(1),
    messagesSent: three(SENT),
    bytesSent: three(SENT + 1),
  };
}

/**
 * By QoS, messages beside their bytes: both lie in one piece of what a processor fetches from
 * memory. First what was received, and behind it what was sent.
 */
const SENT = 6;
const COLUMNS = 12;
const ROWS_FIRST = 64;
