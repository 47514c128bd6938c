import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wantsColors } from './wants-colors.js';

const cases: [env: Readonly<Record<string, string>>, wants: boolean][] = [
  [{}, true],
  [{ NO_COLOR: '' }, true],
  [{ NO_COLOR: '1' }, false],
  [{ NO_COLOR: '0' }, false],
  [{ TERM: 'dumb' }, true],
];
for (const [env, wants] of cases) {
  test(`wantsColors() says ${wants} to ${JSON.stringify(env)}`, () => {
    assert.equal(wantsColors(env), wants);
  });
}
