/** Stands in for `node:test` in a page: it collects the tests of a contract, to be run there. */

const cases = new Map<string, () => Promise<void>>();
Object.assign(globalThis, { contract: cases });

export function test(name: string, run: () => Promise<void>): void {
  cases.set(name, run);
}

declare global {
  /** In a page that has loaded a contract: its tests by name. */
  var contract: Map<string, () => Promise<void>>;
}
