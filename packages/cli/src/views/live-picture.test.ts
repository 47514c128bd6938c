import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { LivePicture } from './live-picture.js';

/** A picture of a number, on a terminal of 20 × 5, and a clock that the test moves. */
function pictureOf(t: TestContext, lines?: () => string[]) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const printed: string[] = [];
  const failures: unknown[] = [];
  const world = { number: 0, room: 0, nowMs: 0 };
  t.mock.method(performance, 'now', () => world.nowMs);
  const picture = new LivePicture({
    context: {
      print: async (text) => void printed.push(text),
      screen: () => ({ columns: 20, rows: 5 }),
    },
    title: () => 'title',
    lines: (size) => {
      world.room = size.rows;
      return lines?.() ?? [String(world.number)];
    },
    failed: (error) => void failures.push(error),
  });
  const pass = async (ms: number) => {
    world.nowMs += ms;
    t.mock.timers.tick(ms);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  };
  return { picture, printed, failures, world, pass };
}

test('LivePicture draws what has changed, not more than four times a second', async (t) => {
  const { picture, printed, world, pass } = pictureOf(t);
  picture.start();
  await pass(0);
  assert.equal(printed.length, 1);
  assert.equal(world.room, 3);
  for (let n = 0; n < 1000; n++) {
    world.number = n;
    picture.touch();
  }
  await pass(249);
  assert.equal(printed.length, 1);
  await pass(1);
  assert.equal(printed.length, 2);
  assert.match(printed[1]!, /999/);
  await pass(250);
  assert.equal(printed.length, 2, 'nothing has changed');
  await pass(750);
  assert.equal(printed.length, 3, 'ages change every second');
  await picture.finish();
});

test('LivePicture gives the terminal back, with the last picture and what was said', async (t) => {
  const { picture, printed, world, pass } = pictureOf(t);
  picture.start();
  await pass(0);
  picture.say('lost \x1b[2J');
  await pass(250);
  assert.match(printed[1]!, /lost \\u001b\[2J/);
  world.number = 7;
  picture.touch();
  assert.deepEqual(await picture.finish(), ['lost \\u001b[2J']);
  assert.deepEqual(printed.slice(-2), [
    '\x1b[?7h\x1b[?25h\x1b[?1049l',
    'title\nlost \\u001b[2J\n7\n',
  ]);
});

test('LivePicture that was never begun prints nothing', async (t) => {
  const { picture, printed } = pictureOf(t);
  picture.say('refused');
  assert.deepEqual(await picture.finish(), ['refused']);
  assert.deepEqual(printed, []);
});

test('LivePicture tells that a picture cannot be drawn', async (t) => {
  const { picture, failures, pass } = pictureOf(t, () => {
    throw new Error('no JSON');
  });
  picture.start();
  await pass(0);
  assert.equal((failures[0] as Error).message, 'no JSON');
  await assert.rejects(picture.finish(), /no JSON/);
});
