import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_CONFIG_FILE, parseConfigFile } from './config-file.js';
import { configurationMarkdown } from './config-markdown.js';
import { configSchema } from './config-schema.js';
import { optionEntries } from './options.js';
import { resolveConfig } from './resolve-config.js';

const page = configurationMarkdown();

test('configurationMarkdown() has a row for each flag with its variable', () => {
  for (const [, { flag, env }] of optionEntries()) {
    const row = page.split('\n').find((line) => line.includes(`\`${env}\``));
    assert.ok(row?.startsWith(`| \`${flag}`), flag);
  }
});

test('configurationMarkdown() has a section for each key of the file', () => {
  for (const key of Object.keys(configSchema.shape))
    assert.ok(page.includes(`\n### ${key}\n`), key);
});

test('configurationMarkdown() says what each key wants and means', () => {
  const row = page.split('\n').find((line) => line.startsWith('| `proxyProtocol` |'));
  assert.equal(
    row,
    '| `proxyProtocol` | true or false | Connections begin with a PROXY protocol header '
      + '(v1 or v2). Default: `false`. |',
  );
  assert.doesNotMatch(page, /\| +\|\n/);
  assert.doesNotMatch(page, /Invalid input|undefined/);
});

test('configurationMarkdown() shows an example that is good', () => {
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const file = parseConfigFile(example, 'magpie.yaml');
  assert.deepEqual(file.problems, []);
  assert.equal(resolveConfig({ flags: {}, env: {}, file }).ok, true);
});

test('configurationMarkdown() tells the defaults that hold', () => {
  const resolved = resolveConfig({ flags: {}, env: {}, file: NO_CONFIG_FILE });
  assert.ok(resolved.ok);
  const { listeners, http, logLevel, storage } = resolved.config;
  for (const listener of listeners) {
    const rows = page.split(`| \`type\` | ${listener.type} |`)[1]?.split('\n\n')[0] ?? '';
    for (const [key, value] of Object.entries(listener)) {
      const shown = value === undefined ? 'all' : `\`${value}\``;
      if (key !== 'type') assert.match(rows, new RegExp(`\`${key}\`.*Default: ${shown}`));
    }
  }
  const section = (name: string) => page.split(`\n### ${name}\n`)[1]?.split('\n#')[0] ?? '';
  assert.ok(section('http').includes(`Default: \`${http?.host}\``));
  assert.ok(section('http').includes(`Default: \`${http?.port}\``));
  assert.ok('dir' in storage && section('storage').includes(`is \`${storage.dir}\` of`));
  assert.ok(section('log').includes(`Default: \`${logLevel}\``));
});
