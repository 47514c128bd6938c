import { type ClientError, ConnectRefusedError } from '../errors.js';
import type { Random } from '../model/random.js';
import { BackOff } from './back-off.js';
import type { MachineOptions } from './machine-options.js';
import { ServerList } from './server-list.js';

/** Which server is tried next, after which wait, and when there is no use in trying again. */
export class Attempts {
  readonly #options: MachineOptions;
  readonly #servers: ServerList;
  readonly #random: Random;
  /** Made when there is something to wait for. */
  #backOff: BackOff | undefined;
  #connectedAtMs = 0;
  #refusals = 0;
  #everConnected = false;
  /** Attempts since the last connection. */
  count = 0;

  constructor(options: MachineOptions, random: Random) {
    this.#options = options;
    this.#servers = new ServerList(options.servers, options.serverOrder);
    this.#random = random;
  }

  next(): URL {
    this.count++;
    return this.#servers.take();
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
    this.#servers.succeeded();
  }

  /**
   * A connection was lost, or could not be had.
   *
   * @returns ms until the next attempt; `undefined`: it gives up.
   */
  failed(error: ClientError, wasConnected: boolean, nowMs: number): number | undefined {
    const { reconnect, refusalsMax, retryInitial } = this.#options;
    if (wasConnected && nowMs - this.#connectedAtMs >= LASTED_MS) this.wake();
    if (isPermanent(error)) this.#refusals++;
    if (!wasConnected && !this.#servers.failed()) return 0; // there is another server
    const hopeless = this.#refusals >= refusalsMax || (!this.#everConnected && !retryInitial);
    if (!reconnect || hopeless) return undefined;
    this.#backOff ??= new BackOff(this.#options.backOff, this.#random);
    return this.#backOff.next();
  }
}

function isPermanent(error: ClientError): boolean {
  if (error instanceof ConnectRefusedError) return error.permanent;
  return error.code === 'certificate-refused';
}

/** A connection that lasted this long was a good one: waits begin anew after it. */
const LASTED_MS = 10_000;
