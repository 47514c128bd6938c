import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Capability, CapabilityCode } from './capability.js';
import type { Probe, Survey } from './survey.js';

/** What a probe is expected to find; a number that ends in `+` is no more than a lower bound. */
export type Expected = Partial<Record<CapabilityCode, Capability['value']>>;

/** A test that a probe finds exactly this. */
export function finds(
  probe: Probe,
  name: string,
  expected: Expected,
  make: (t: TestContext) => Promise<Survey>,
): void {
  test(`${probe.name}() finds ${name}`, { timeout: 30_000 }, async (t) => {
    assert.deepEqual(valuesOf(await probe(await make(t))), expected);
  });
}

/** By code; what is a lower bound has a `+`. */
export function valuesOf(found: readonly Capability[]): Expected {
  return Object.fromEntries(
    found.map(({ code, value, atLeast }) => [code, atLeast ? `${String(value)}+` : value]),
  );
}
