import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';

for (const shell of ['bash', 'zsh', 'fish']) {
  test(`completionCommand() knows every command of the help in ${shell}`, async () => {
    const help = await runInProcess(['--help']);
    const [, listed = ''] = /Commands:(.*)Examples:/s.exec(help.out.join('\n')) ?? [];
    const names = [...listed.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
    assert.ok(names.length > 15);
    const { code, out, err } = await runInProcess(['completion', shell]);
    assert.deepEqual({ code, err }, { code: 0, err: [] });
    for (const name of names) assert.ok(out.join('\n').includes(`'magpie ${name}'`), name);
  });
}

test('completionCommand() refuses a shell that it does not know in one line', async () => {
  assert.deepEqual(await runInProcess(['completion', 'tcsh']), {
    code: 2,
    out: [],
    err: [
      "Command-argument value 'tcsh' is invalid for argument 'SHELL'. "
        + 'Allowed choices are bash, zsh, fish.',
    ],
  });
});
