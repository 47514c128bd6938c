/** Which server comes next. */
export class ServerList {
  readonly #servers: readonly string[];
  readonly #order: 'round-robin' | 'priority';
  #next = 0;
  /** Servers that were tried since the last wait or connection. */
  #tried = 0;

  /**
   * @param servers URLs, at least one.
   * @param order `round-robin`: on with the next one whenever a connection ends. `priority`: the
   * first one that can be had, looking from the start each time.
   */
  constructor(servers: readonly string[], order: 'round-robin' | 'priority') {
    this.#servers = servers;
    this.#order = order;
  }

  take(): URL {
    const server = new URL(this.#servers[this.#next]!);
    this.#next = (this.#next + 1) % this.#servers.length;
    this.#tried++;
    return server;
  }

  /** An attempt failed. @returns Whether all were tried: it is time to wait. */
  failed(): boolean {
    if (this.#tried < this.#servers.length) return false;
    this.#tried = 0;
    if (this.#order === 'priority') this.#next = 0;
    return true;
  }

  /** A server has accepted. */
  succeeded(): void {
    this.#tried = 0;
    if (this.#order === 'priority') this.#next = 0;
  }
}
