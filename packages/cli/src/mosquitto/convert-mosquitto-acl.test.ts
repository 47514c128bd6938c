import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRuleFile } from '@magpie/broker/server';
import { stringify } from 'yaml';
import { convertMosquittoAcl, type WrittenRule } from './convert-mosquitto-acl.js';

const CHECKED = { delivery: 'checked' } as const;
const NOTHING: WrittenRule = { deny: 'both', topics: ['#'] };

const cases: readonly (readonly [
  name: string,
  lines: readonly string[],
  rules: readonly WrittenRule[],
  notes: readonly string[],
])[] = [
  ['an empty file, by which nobody may do anything', [], [NOTHING], []],
  [
    'every kind of access, what is denied first',
    ['topic read a', 'topic write b', 'topic c', 'topic readwrite d', 'topic deny e/#'],
    [
      { deny: 'both', topics: ['e/#'], who: 'anonymous' },
      { allow: 'both', topics: ['c', 'd'], who: 'anonymous', ...CHECKED },
      { allow: 'subscribe', topics: ['a'], who: 'anonymous', ...CHECKED },
      { allow: 'publish', topics: ['b'], who: 'anonymous' },
    ],
    [],
  ],
  [
    'users, one of them twice, before patterns',
    ['user ann', 'topic a', 'pattern p/%u/%c', 'user bob b', 'topic b', 'user ann', 'topic deny c'],
    [
      { deny: 'both', topics: ['c'], who: { user: 'ann' } },
      { allow: 'both', topics: ['a'], who: { user: 'ann' }, ...CHECKED },
      { allow: 'both', topics: ['b'], who: { user: 'bob b' }, ...CHECKED },
      { allow: 'both', topics: ['p/%u/%c'], ...CHECKED },
    ],
    [],
  ],
  [
    'percent signs, which mean something in patterns alone',
    ['topic read %u/5%', 'pattern write %c/5%/%x/%'],
    [
      { allow: 'subscribe', topics: ['%%u/5%%'], who: 'anonymous', ...CHECKED },
      { allow: 'publish', topics: ['%c/5%%/%%x/%%'] },
    ],
    [],
  ],
  [
    'topics with spaces',
    ['topic read a b', 'topic  write  c'],
    [
      { allow: 'subscribe', topics: ['a b'], who: 'anonymous', ...CHECKED },
      { allow: 'publish', topics: ['c'], who: 'anonymous' },
    ],
    [],
  ],
  [
    'two names in a level, never to widen anything',
    ['pattern deny a/%u-%c/%u', 'pattern read b/%u%c'],
    [{ deny: 'both', topics: ['a/+/%u'] }],
    [
      'acl:1 pattern a/%u-%c/%u: a/+/%u is denied instead, a level cannot hold several of ',
      'acl:2 pattern b/%u%c: left out, a level cannot hold several of %u and %c',
    ],
  ],
  [
    'what is no rule',
    ['topic', 'topic red a', 'topic a#', 'topic read $share/g/t', 'max_qos 1', 'user'],
    [NOTHING],
    [
      'acl:1 topic: it must be topic [read|write|readwrite|deny] TOPIC',
      'acl:2 topic: it must be topic [read|write|readwrite|deny] TOPIC',
      'acl:3 topic a#: left out, the topic filter ',
      'acl:4 topic $share/g/t: left out, no message has this topic',
      'acl:5 max_qos: this is no line of a file of access rules',
      'acl:6 user: this is no line of a file of access rules',
    ],
  ],
];

for (const [name, lines, rules, notes] of cases) {
  test(`convertMosquittoAcl() of ${name}`, () => {
    const converted = convertMosquittoAcl(lines.join('\n'), 'acl');
    assert.deepEqual(converted.rules, rules);
    assert.equal(converted.notes.length, notes.length);
    for (const [index, { place, text }] of converted.notes.entries()) {
      assert.ok(`${place} ${text}`.startsWith(notes[index] ?? '-'), `${place} ${text}`);
    }
    const parsed = parseRuleFile(stringify({ rules: converted.rules }), 'acl.yaml');
    assert.ok('rules' in parsed, JSON.stringify(parsed));
  });
}
