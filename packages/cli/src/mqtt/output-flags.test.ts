import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { arrival } from './message.testing.js';
import { addOutputFlags, lineOf, type OutputFlags } from './output-flags.js';

const shown: [args: string[], text: string][] = [
  [[], 'on'],
  [['-v'], 'home/lamp on'],
  [['-F', 'text', '-v'], 'home/lamp on'],
  [['-F', 'hex'], '6f6e'],
  [['-F', '%t=%p', '-v'], 'home/lamp=on'],
];
for (const [args, text] of shown) {
  test(`lineOf() shows "${text}" with ${JSON.stringify(args)}`, async () => {
    const command = addOutputFlags(new Command()).parse(args, { from: 'user' });
    const line = await lineOf(command.opts<OutputFlags>());
    assert.equal(Buffer.from(line(arrival())!).toString(), text);
  });
}

test('addOutputFlags() ends lines unless -N is given', () => {
  const newline = (args: string[]) =>
    addOutputFlags(new Command()).parse(args, { from: 'user' }).opts<OutputFlags>().newline;
  assert.deepEqual([newline([]), newline(['-N'])], [true, false]);
});
