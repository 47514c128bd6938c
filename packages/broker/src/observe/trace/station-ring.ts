import type { Station } from './station.js';

/** Some stations of a trace, in order. */
export interface StationPage {
  readonly stations: readonly Station[];
  /** Stations that came before these and are not kept any more. */
  readonly missed: number;
}

/**
 * The latest stations of a trace, as many as fit into so many bytes; the oldest are overwritten.
 * Whoever reads says how far it has read, so a slow reader costs nothing and learns what it missed.
 */
export class StationRing {
  readonly #bytesMax: number;
  #kept: Station[] = [];
  #head = 0;
  #bytes = 0;
  #last = 0;

  /** @param bytesMax About; one station is kept in any case. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The number of the newest one; 0: there was none. */
  get last(): number {
    return this.#last;
  }

  /** About what it takes of memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param station Its number is that of the last one and 1. */
  push(station: Station): void {
    this.#kept.push(station);
    this.#last = station.number;
    this.#bytes += bytesOf(station);
    while (this.#bytes > this.#bytesMax && this.#head < this.#kept.length - 1) {
      this.#bytes -= bytesOf(this.#kept[this.#head++]!);
    }
    if (this.#head >= 64 && this.#head * 2 >= this.#kept.length) {
      this.#kept = this.#kept.slice(this.#head);
      this.#head = 0;
    }
  }

  /** The stations behind number `after`, at most so many. */
  read(after: number, max: number): StationPage {
    const first = this.#last - (this.#kept.length - this.#head) + 1;
    const from = Math.max(after + 1, first);
    const at = this.#head + from - first;
    const stations = this.#kept.slice(at, at + max);
    return { stations, missed: stations.length === 0 ? 0 : from - after - 1 };
  }
}

function bytesOf({ clientId, topic, payload, rule }: Station): number {
  const characters =
    (clientId?.length ?? 0) + (topic?.length ?? 0) + (payload?.length ?? 0) + (rule?.length ?? 0);
  return STATION_BYTES + characters;
}

/** Memory of a station without what it names. */
const STATION_BYTES = 160;
