import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from './command.testing.js';

const wrong: [args: string[], err: string][] = [
  [['brokr'], "Unknown command 'brokr': did you mean broker?"],
  [['publish', '-h', 'host', '-t', 'a'], "Unknown command 'publish'"],
  [['brokr', '--help'], "Unknown command 'brokr': did you mean broker?"],
  [['brokr', '--version'], "Unknown command 'brokr': did you mean broker?"],
  [['help', 'brokr'], "Unknown command 'brokr': did you mean broker?"],
  [['--verbose'], "Unknown option '--verbose'"],
  [['-x'], "Unknown option '-x'"],
  [['config'], 'A subcommand is missing, --help lists them'],
  [['config', 'chek'], "Unknown command 'chek': did you mean check?"],
  [['config', 'check', '--prot'], "Unknown option '--prot'"],
  [['config', 'check', 'a', 'b'], "Too many arguments for 'check'. Expected 1 argument but got 2."],
  [['broker', 'fast'], "Too many arguments for 'broker'. Expected 0 arguments but got 1."],
  [['broker', '--prot', '1'], "Unknown option '--prot': did you mean --port?"],
  [['broker', '--port'], "Option '--port <PORT>' argument missing"],
  [['broker', '--colour'], "Unknown option '--colour'"],
  [['pub', '--topik', 'a'], "Unknown option '--topik': did you mean --topic?"],
];
for (const [args, line] of wrong) {
  test(`runProgram() refuses "${args.join(' ')}" in one line, with code 2`, async () => {
    assert.deepEqual(await runInProcess(args), { code: 2, out: [], err: [line] });
  });
}

const helps: [args: string[], shows: RegExp[]][] = [
  [[], [/^Usage: magpie /, /broker +Run the broker/, /Examples:\n {2}magpie broker/]],
  [['--help'], [/^Usage: magpie /, /config +Look at configuration files/]],
  [
    ['help', 'broker'],
    [/^Usage: magpie broker /, /--port <PORT>/],
  ],
  [
    ['broker', '--help'],
    [
      /\[MAGPIE_PORT;\s+default: 1883\]/,
      /Examples:/,
      /--allow-anonymous/,
      /--data-dir <DIR>/,
      /--memory/,
    ],
  ],
  [
    ['config', 'check', '-h'],
    [/^Usage: magpie config check /, /Examples:/],
  ],
];
for (const [args, shows] of helps) {
  test(`runProgram() helps on stdout: "magpie ${args.join(' ')}"`, async () => {
    const { code, out, err } = await runInProcess(args);
    assert.equal(code, 0);
    assert.deepEqual(err, []);
    for (const shown of shows) assert.match(out.join('\n'), shown);
  });
}

test('runProgram() tells the version also among other arguments', async () => {
  assert.deepEqual(await runInProcess(['-V', 'x']), { code: 0, out: ['1.2.3'], err: [] });
});
