import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandContext } from './command-context.js';
import { type CommandMaker, runParser } from './command-parser.js';
import { pubCommand } from './commands/pub-command.js';
import { rrCommand } from './commands/rr-command.js';
import { subCommand } from './commands/sub-command.js';
import { EXIT } from './exit-code.js';
import { magpieWords } from './shell-words.testing.js';
import { runQuickly } from './run-quickly.js';

const QUICK = { pub: pubCommand, sub: subCommand, rr: rrCommand };
const CONTEXT = { version: '1.2.3', out: () => {}, err: () => {} } as unknown as CommandContext;

/** The same command, which only shows with which flags it was called. */
function showing(make: CommandMaker, show: (flags: unknown) => void): CommandMaker {
  return (command, context, finish) => {
    make(command, context, finish);
    command.action(async (flags) => {
      show({ ...flags });
      finish(4);
    });
  };
}

const understood = [
  'pub',
  'sub',
  'rr',
  'pub -t a -m b',
  'pub -h 127.0.0.1 -p 1884 -t a -m b -q 1 -r',
  'pub -ta -mb -q1 -p1884',
  'pub -rt a -nd',
  'pub -rlta',
  'pub --topic=a --message=b --qos=2 --retain',
  "pub --topic a --message= --will-payload ''",
  'pub --message=a=b -t=c',
  "pub -t a -m ''",
  'pub -t a -m -5 --pw --insecure',
  'pub -t a -t b -q 0 -q 1',
  'pub -t a -m b -V mqttv311 --nodelay --keyform pem',
  'pub -t a -m b --repeat 3 --repeat-delay 0.5 -F hex',
  'pub -L mqtts://u:p@host/a -s --disable-clean-session --id-prefix x',
  'sub -t a -t b -T c -U d -U e -q 2 -C 1 -W 3 -E',
  'sub -t a -v -N -R -F %p --pretty',
  'sub -vNRt a',
  'sub -t a --retained-only --remove-retained --no-retained --no-newline',
  'sub -t a --watch --sort rate --unique --output f --append',
  'rr -t a -e b -m c -W 1 -R -v',
];
for (const line of understood) {
  test(`runQuickly() understands as commander does: magpie ${line}`, async () => {
    const [name = '', ...args] = magpieWords(`magpie ${line}`);
    const shown: unknown[] = [];
    const make = showing(QUICK[name as keyof typeof QUICK], (flags) => shown.push(flags));
    const never = async () => assert.fail('it is not for the whole program');
    assert.equal(await runQuickly(args, CONTEXT, make, never), 4);
    assert.equal(await runParser([name, ...args], CONTEXT, [{ name, summary: '', make }]), 4);
    assert.equal(shown.length, 2);
    assert.deepEqual(shown[0], shown[1]);
  });
}

const others = [
  'pub --help',
  'pub -t a -m b --help',
  'pub -t a -m b extra',
  'pub a',
  'pub -',
  "pub ''",
  'pub -- -t a',
  'pub -t',
  'pub -m a --topic',
  'pub --topci a',
  'pub -Z',
  'pub -rZ -t a',
  'pub --retain=yes',
  'pub --no-retain',
  'pub -D publish x 1',
  'sub --no-retained=1',
];
for (const line of others) {
  test(`runQuickly() leaves to the whole program: magpie ${line}`, async () => {
    const [name = '', ...args] = magpieWords(`magpie ${line}`);
    const make = showing(QUICK[name as keyof typeof QUICK], () => assert.fail('it was run'));
    assert.equal(await runQuickly(args, CONTEXT, make, async () => EXIT.usage), EXIT.usage);
  });
}
