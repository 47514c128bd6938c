import { lastUsed } from '../model/last-used.js';

/**
 * Finds client identifiers that connect again and again: a device in a loop, or two of them that
 * have the same identifier and throw each other out.
 */
export class Flapping {
  readonly #connectsMax: number;
  readonly #windowMs: number;
  readonly #windows = lastUsed<Window>(ENTRIES_MAX);

  /** @param connectsMax In the window, which begins with a connect; 0: nobody is looked for. */
  constructor(connectsMax: number, windowMs: number) {
    this.#connectsMax = connectsMax;
    this.#windowMs = windowMs;
  }

  /** A CONNECT of this client was accepted. @returns Whether that was one too many. */
  connected(clientId: string, nowMs: number): boolean {
    if (this.#connectsMax === 0) return false;
    const window = this.#windows.get(clientId);
    if (window === undefined || nowMs - window.beganMs >= this.#windowMs) {
      this.#windows.set(clientId, { beganMs: nowMs, connects: 1 });
      return false;
    }
    if (++window.connects <= this.#connectsMax) return false;
    this.#windows.delete(clientId);
    return true;
  }
}

interface Window {
  readonly beganMs: number;
  connects: number;
}

const ENTRIES_MAX = 10_000;
