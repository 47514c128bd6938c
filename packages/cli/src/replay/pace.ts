/** When each message is due, by the time between it and the one before it. */
export class Pace {
  readonly #speed: number;
  readonly #pauseUsMax: number;
  #lastUs: number | undefined;
  #elapsedUs = 0;

  /**
   * @param speed 2: twice as fast; 0: without any waiting.
   * @param pauseMsMax Longest time between two messages, before the speed.
   */
  constructor(speed: number, pauseMsMax: number) {
    this.#speed = speed;
    this.#pauseUsMax = pauseMsMax * 1000;
  }

  /** @param atUs When it came. @returns When it is due, in ms behind the first one. */
  dueMs(atUs: number): number {
    // A clock that was set back, or files in another order: that is no time to wait for.
    const gapUs = Math.max(0, atUs - (this.#lastUs ?? atUs));
    this.#lastUs = atUs;
    this.#elapsedUs += Math.min(gapUs, this.#pauseUsMax);
    return this.#speed === 0 ? 0 : this.#elapsedUs / this.#speed / 1000;
  }
}
