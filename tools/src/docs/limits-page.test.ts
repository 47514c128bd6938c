import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type LimitSpec, limitsPage } from './limits-page.js';

const spec = { doc: 'Most things.', policy: 'It stops.', unit: 'things' };

const rows: [rule: string, limit: LimitSpec, row: string][] = [
  [
    'groups large numbers',
    { ...spec, default: 10_000, min: 0, max: 1_000_000 },
    '| `a` | Most things. | 10,000 things | 0 to 1,000,000 things | It stops. |',
  ],
  [
    'writes whole KiB, MiB and GiB',
    { ...spec, unit: 'bytes', default: 4 * 1024 * 1024, min: 1, max: Number.MAX_SAFE_INTEGER },
    '| `a` | Most things. | 4 MiB | 1 to 2^53 − 1 bytes | It stops. |',
  ],
  [
    'keeps bytes that are not whole KiB',
    { ...spec, unit: 'bytes', default: 65_535, min: 0, max: 65_535 },
    '| `a` | Most things. | 65,535 bytes | 0 to 65,535 bytes | It stops. |',
  ],
  [
    'writes whole days',
    { ...spec, unit: 's', default: 7 * 86_400, min: 0, max: 10 },
    '| `a` | Most things. | 7 days | 0 to 10 s | It stops. |',
  ],
  [
    'lists the values of a choice',
    { ...spec, default: 'x', values: ['x', 'y'] },
    '| `a` | Most things. | `x` | `x`, `y` | It stops. |',
  ],
  [
    'refers to the limit that holds the policy',
    { ...spec, policy: 'b', default: 1, min: 0, max: 2 },
    '| `a` | Most things. | 1 things | 0 to 2 things | See `b`. |',
  ],
];
for (const [rule, limit, row] of rows) {
  test(`limitsPage() ${rule}`, () => {
    const page = limitsPage({ a: limit, b: { ...spec, default: 'x', values: [] } });
    assert.equal(
      page.split('\n').find((line) => line.startsWith('| `a`')),
      row,
    );
  });
}
