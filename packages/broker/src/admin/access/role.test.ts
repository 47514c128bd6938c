import assert from 'node:assert/strict';
import { test } from 'node:test';
import { includesRole, type Role } from './role.js';

const cases: readonly (readonly [has: Role, includes: readonly Role[]])[] = [
  ['viewer', ['viewer']],
  ['operator', ['viewer', 'operator']],
  ['admin', ['viewer', 'operator', 'admin']],
];

for (const [has, includes] of cases) {
  test(`includesRole(): ${has} includes ${includes.join(', ')} and no other`, () => {
    const all: readonly Role[] = ['viewer', 'operator', 'admin'];
    assert.deepEqual(
      all.filter((needs) => includesRole(has, needs)),
      includes,
    );
  });
}
