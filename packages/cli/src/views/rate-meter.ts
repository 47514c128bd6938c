/** Messages and bytes from one look to the next. */
export class RateMeter {
  readonly #json: boolean;
  #lookedAtMs: number;
  #messages = 0;
  #bytes = 0;
  #allMessages = 0;

  /** @param atMs When it begins, in ms since 1970, on a clock that never goes back. */
  constructor(atMs: number, json: boolean) {
    this.#lookedAtMs = atMs;
    this.#json = json;
  }

  count(bytes: number): void {
    this.#messages++;
    this.#bytes += bytes;
  }

  /** What has come since the last look, by the second, as a line. */
  look(atMs: number): string {
    const seconds = Math.max(atMs - this.#lookedAtMs, 1) / 1000;
    const messagesPerSecond = Math.round(this.#messages / seconds);
    const bytesPerSecond = Math.round(this.#bytes / seconds);
    this.#allMessages += this.#messages;
    this.#messages = 0;
    this.#bytes = 0;
    this.#lookedAtMs = atMs;
    const time = new Date(atMs).toISOString();
    const messages = this.#allMessages;
    if (this.#json) return JSON.stringify({ time, messagesPerSecond, bytesPerSecond, messages });
    const rates = [`${messagesPerSecond} messages/s`, `${bytesPerSecond} bytes/s`];
    return `${time}  ${rates.map((rate) => rate.padStart(18)).join('')}  ${messages} so far`;
  }
}
