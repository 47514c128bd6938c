import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';

/** Each with what it cannot do without, in a place where nothing is. */
const COMMANDS = [
  ['backup', '/no/where', '/no/target'],
  ['check', '/no/where'],
  ['compact', '/no/where'],
  ['export', '/no/where'],
] as const;

test('magpie store lists its commands', async () => {
  const { code, out } = await runInProcess(['store', '--help']);
  assert.equal(code, 0);
  for (const [name] of COMMANDS) assert.match(out.join('\n'), new RegExp(`^ {2}${name} `, 'm'));
});

for (const [name, ...args] of COMMANDS) {
  test(`magpie store ${name} --help has an example`, async () => {
    const { code, out } = await runInProcess(['store', name, '--help']);
    assert.equal(code, 0);
    assert.match(out.join('\n'), new RegExp(`Examples:\n {2}magpie store ${name} `));
  });

  test(`magpie store ${name} needs its arguments`, async () => {
    assert.deepEqual(await runInProcess(['store', name]), {
      code: 2,
      out: [],
      err: ["Missing required argument 'DIR'"],
    });
  });

  test(`magpie store ${name} says that there is no store`, async () => {
    const { code, out, err } = await runInProcess(['store', name, ...args]);
    assert.deepEqual([code, out], [1, []]);
    assert.deepEqual(err, ['There is no directory /no/where']);
  });
}
