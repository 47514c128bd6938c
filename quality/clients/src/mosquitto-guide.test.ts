import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readGuide } from './guide-programs.testing.js';
import { Program } from './program.testing.js';

/** The files of a page by their names: blocks of code whose fence ends in `file=NAME`. */
function filesOf(page: string): Map<string, string> {
  const blocks = page.matchAll(/^```\w+ file=(\S+)\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, name = '', text = '']) => [name, text]));
}

/** `secret`, as mosquitto_passwd may have written it. */
const PASSWD = `operator:$7$101$c2FsdCBvZiBvcA==$${'A'.repeat(86)}==\n`;

for (const path of ['from-mosquitto.md', 'zh-CN/from-mosquitto.md']) {
  test(`docs/guides/${path} shows what magpie import mosquitto makes`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'magpie-guide-'));
    t.after(() => rm(folder, { recursive: true }));
    const files = filesOf(await readGuide(path));
    for (const name of ['mosquitto.conf', 'acl']) {
      await writeFile(join(folder, name), files.get(name) ?? '');
    }
    await writeFile(join(folder, 'passwd'), PASSWD);
    const args = ['import', 'mosquitto', join(folder, 'mosquitto.conf'), '--out', folder];
    const said = await Program.start(t, 'node_modules/.bin/magpie', args).succeeds();
    const short = said.map((line) => `${line.replaceAll(`${folder}/`, '')}\n`).join('');
    assert.equal(short, files.get('said'));
    for (const name of ['magpie.yaml', 'acl.yaml']) {
      assert.equal(await readFile(join(folder, name), 'utf8'), files.get(name), name);
    }
  });
}
