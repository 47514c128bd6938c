import type { Packet } from '@magpie/protocol';
import type { Ledger } from './ledger.js';
import { type LinkHandler, MqttLink } from './mqtt-link.js';
import type { Random } from './random.js';
import type { WillSeries } from './will-book.js';

/** How a client ends a connection itself. */
type End = 'disconnect' | 'cut';

/**
 * Connects with a will, another one each time. Then it stays until the broker is killed, or says
 * DISCONNECT, or is cut off; after the last two it comes again.
 */
export class WillClient implements LinkHandler {
  readonly #clientId: string;
  readonly #series: WillSeries;
  readonly #cleanSession: boolean;
  readonly #random: Random;
  readonly #ledger: Ledger;
  #link: MqttLink | undefined;
  #port = 0;
  /** How it ends the present connection; undefined: not. */
  #ending: End | undefined;

  constructor(
    clientId: string,
    will: { readonly qos: 0 | 1 | 2; readonly retain: boolean; readonly cleanSession: boolean },
    random: Random,
    ledger: Ledger,
  ) {
    this.#clientId = clientId;
    this.#series = ledger.wills.open(`will/${clientId}`, will.qos, will.retain);
    this.#cleanSession = will.cleanSession;
    this.#random = random;
    this.#ledger = ledger;
  }

  connect(port: number): void {
    this.disconnect();
    this.#port = port;
    this.#open();
  }

  /** The broker was killed. */
  disconnect(): void {
    const link = this.#link;
    this.#link = undefined;
    this.#series.end(true);
    link?.cut();
  }

  lost(): void {
    if (this.#link === undefined) return;
    this.#link = undefined;
    this.#series.end(false);
    if (this.#ending !== undefined) this.#open();
  }

  received(packet: Packet): void {
    if (packet.type !== 'connack') {
      this.#ledger.fault(`${this.#clientId} got ${packet.type}`);
      return;
    }
    this.#series.accept();
    if (this.#random.chance(STAYS)) return;
    this.#ending = this.#random.chance(0.5) ? 'disconnect' : 'cut';
    if (this.#ending === 'cut') {
      this.#link?.cut();
      return;
    }
    this.#series.withdraw();
    this.#link?.send({ type: 'disconnect' }); // the broker closes (3.14.4)
  }

  #open(): void {
    this.#ending = undefined;
    const { topic, qos, retain } = this.#series;
    const payload = Buffer.from(`${this.#series.offer()} of ${this.#clientId}`);
    this.#link = new MqttLink(this.#port, this);
    this.#link.open(this.#clientId, {
      cleanSession: this.#cleanSession,
      will: { topic, payload, qos, retain },
    });
  }
}

/** How many connections last until the broker is killed. */
const STAYS = 0.6;
