/** A number from 0 up to, not including, 1. */
export type Random = () => number;

/** Of the machine: clients that started together draw different ones. */
export function systemRandom(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32;
}
