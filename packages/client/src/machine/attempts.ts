import { type ClientError, ConnectRefusedError } from '../errors.js';
import type { Random } from '../model/random.js';
import { BackOff } from './back-off.js';
import type { MachineOptions } from './machine-options.js';

/**
 * Which server is tried next, after which wait, and when there is no use in trying again.
 *
 * The order `round-robin` goes on with the next server whenever a connection ends; `priority` looks
 * for the first one that can be had, from the start each time.
 */
export class Attempts {
  readonly #options: MachineOptions;
  readonly #random: Random;
  /** Made when there is something to wait for. */
  #backOff: BackOff | undefined;
  /** Index of the server that is next. */
  #next = 0;
  /** Servers that were tried since the last wait or connection. */
  #tried = 0;
  #connectedAtMs = 0;
  #refusals = 0;
  #everConnected = false;
  /** Attempts since the last connection. */
  count = 0;

  constructor(options: MachineOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  next(): URL {
    const { servers } = this.#options;
    const server = new URL(servers[this.#next]!);
    this.#next = (this.#next + 1) % servers.length;
    this.#tried++;
    this.count++;
    return server;
  }

  /** What has failed says nothing about the next attempt: begins the waits anew. */
  wake(): void {
    this.#backOff = undefined;
  }

  /** A server has accepted. */
  accepted(nowMs: number): void {
    this.count = 0;
    this.#refusals = 0;
    this.#everConnected = true;
    this.#connectedAtMs = Math.floor(nowMs);
    this.#startOver();
  }

  /**
   * A connection was lost, or could not be had.
   *
   * @returns ms until the next attempt; `undefined`: it gives up.
   */
  failed(error: ClientError, wasConnected: boolean, nowMs: number): number | undefined {
    const { servers, reconnect, refusalsMax, retryInitial, backOff } = this.#options;
    if (wasConnected && nowMs - this.#connectedAtMs >= LASTED_MS) this.wake();
    if (isPermanent(error)) this.#refusals++;
    if (!wasConnected && this.#tried < servers.length) return 0; // there is another server
    if (!wasConnected) this.#startOver();
    const hopeless = this.#refusals >= refusalsMax || (!this.#everConnected && !retryInitial);
    if (!reconnect || hopeless) return undefined;
    this.#backOff ??= new BackOff(backOff, this.#random);
    return this.#backOff.next();
  }

  #startOver(): void {
    this.#tried = 0;
    if (this.#options.serverOrder === 'priority') this.#next = 0;
  }
}

function isPermanent(error: ClientError): boolean {
  if (error instanceof ConnectRefusedError) return error.permanent;
  return error.code === 'certificate-refused';
}

/** A connection that lasted this long was a good one: waits begin anew after it. */
const LASTED_MS = 10_000;
