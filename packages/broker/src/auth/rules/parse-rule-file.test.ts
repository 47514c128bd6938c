import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRuleFile } from './parse-rule-file.js';
import { clientOf, rulesOf } from './rules.testing.js';

/** All that can be wrong in one text, so that the order and the completeness are seen too. */
const BAD = `group: { a: [b] }
groups: { ops: alice, none: [''] }
rules:
  - allow: pub
    topics: ['a/#/b', '%x', '%u%c', '$share/g/t', '', 1]
    who: { user: alice, grup: ops, address: 10.0.0.0/33 }
  - { deny: subscribe, allow: publish, topics: a }
  - { topics: a }
  - topics: #
  - { allow: subscribe, topics: x, retain: true }
  - { allow: publish, topics: x, disconnect: true, delivery: checked }
  - { allow: both, topics: [], qos: 3 }
  - { deny: both, topics: x, qos: ['1'], delivery: always }
  - { allow: both, topics: x, who: [anyone, {}, bob, { certificate: { cn: x } }] }
  - { allow: both, who: { user: 7, client: [] } }
  - { allow: pub, topics: 1, retain: 1, disconnect: true }
  - 5
`;
const BAD_REPORT = [
  '1:1: group is not a known key: did you mean groups?',
  '2:16: groups.ops must be a list of users: current value is alice',
  '2:30: groups.none[0] must be a user name: current value is empty',
  '4:12: rules[0].allow must be one of publish, subscribe, both: current value is pub',
  '5:14: rules[0].topics[0] must be a topic filter, but it has a # that is not the whole '
    + 'last level: '
    + 'current value is a/#/b',
  '5:23: rules[0].topics[1] must be a topic filter with no % but %u, %c and %% (a percent sign): '
    + 'current value is %x',
  '5:29: rules[0].topics[2] must be a topic filter with at most one of %u and %c in a level: '
    + 'current value is %u%c',
  '5:37: rules[0].topics[3] must be a topic filter without $share: of a shared '
    + 'subscription the filter inside is checked: '
    + 'current value is $share/g/t',
  '5:51: rules[0].topics[4] must be a topic filter, but it is empty: current value is empty',
  '5:55: rules[0].topics[5] must be a topic filter, in quotes if it begins with # or %: '
    + 'current value is 1',
  '6:25: rules[0].who.grup is not a known key: did you mean group?',
  '6:45: rules[0].who.address must be an IP address or a range such as 10.0.0.0/8, '
    + 'or a list of them: '
    + 'current value is 10.0.0.0/33',
  '7:5: rules[1] must be a rule with either allow or deny: current value is a table',
  '8:5: rules[2] must be a rule with either allow or deny: current value is a table',
  '9:5: rules[3] must be a rule with either allow or deny: current value is a table',
  '9:13: rules[3].topics must be a topic filter, in quotes if it begins with # or %: '
    + 'current value is null',
  '10:44: rules[4].retain must be left out: it belongs to rules about publish alone: '
    + 'current value is true',
  '11:46: rules[5].disconnect must be left out: it belongs to rules that deny to publish: '
    + 'current value is true',
  '11:62: rules[5].delivery must be left out: it belongs to rules that allow to subscribe: '
    + 'current value is checked',
  '12:28: rules[6].topics must be a list that is not empty: current value is a list',
  '12:37: rules[6].qos must be a QoS (0, 1 or 2), or a list of them: current value is 3',
  '13:36: rules[7].qos[0] must be a QoS (0, 1 or 2), or a list of them: current value is 1',
  '13:52: rules[7].delivery must be checked: current value is always',
  '14:45: rules[8].who[1] must be a table with at least one of user, group, client, '
    + 'address, certificate: '
    + 'current value is a table',
  '14:49: rules[8].who[2] must be anyone, anonymous, a table of keys, or a list of them: '
    + 'current value is bob',
  '14:69: rules[8].who[3].certificate must be a table with at least one of CN, DNS, '
    + 'email, fingerprint: '
    + 'current value is a table',
  '14:71: rules[8].who[3].certificate.cn is not a known key: did you mean CN?',
  '15:5: rules[9].topics must be a topic filter, in quotes if it begins with # or %: it is missing',
  '15:33: rules[9].who.user must be a name, or a list of names: current value is 7',
  '15:44: rules[9].who.client must be a list that is not empty: current value is a list',
  '16:14: rules[10].allow must be one of publish, subscribe, both: current value is pub',
  '16:27: rules[10].topics must be a topic filter, in quotes if it begins with # or %: '
    + 'current value is 1',
  '16:38: rules[10].retain must be true or false: current value is 1',
  '16:53: rules[10].disconnect must be left out: it belongs to rules that deny to publish: '
    + 'current value is true',
  '17:5: rules[11] must be a table of keys: current value is 5',
];

function report(text: string): readonly string[] {
  const parsed = parseRuleFile(text, 'f');
  return 'problems' in parsed ? parsed.problems : [];
}

test('parseRuleFile() reports everything at once, in the order of the lines', () => {
  assert.deepEqual(
    report(BAD),
    BAD_REPORT.map((line) => `f:${line}`),
  );
});

const BROKEN: readonly [name: string, text: string, expected: string[]][] = [
  ['an empty file', '', ['f:1:1: rules must be a list of rules: it is missing']],
  ['a file of comments', '# none\n', ['f:1:1: rules must be a list of rules: it is missing']],
  [
    'no rules',
    'rules: []\n',
    ['f:1:8: rules must be a list of at least one rule: current value is a list'],
  ],
  [
    'a list',
    '- allow: both\n',
    ['f:1:1: The file must be a table of keys: current value is a list'],
  ],
  [
    'a key given twice',
    'rules:\n  - { allow: both, allow: both, topics: a }\n',
    ['f:2:20: Map keys must be unique'],
  ],
  ['no YAML', 'rules: [\n', ['f:2:1: Flow sequence in block collection']],
  [
    'a group that is not there',
    'groups: { ops: [a] }\nrules:\n  - { allow: both, topics: a, who: [{ group: [ops, opps] }] }\n',
    ['f:3:36: rules[0].who.group is the group opps, which is not in groups: did you mean ops?'],
  ],
  [
    'a group of the prototype',
    'rules:\n  - { allow: both, topics: a, who: { group: toString } }\n',
    ['f:2:45: rules[0].who.group is the group toString, which is not in groups'],
  ],
];
for (const [name, text, expected] of BROKEN) {
  test(`parseRuleFile() refuses ${name}`, () => {
    const found = report(text);
    assert.equal(found.length, expected.length, found.join('\n'));
    for (const [at, line] of expected.entries()) assert.ok(found[at]?.startsWith(line), found[at]);
  });
}

test('parseRuleFile() takes all keys', () => {
  const rules = rulesOf(`
groups: { ops: [alice], none: [] }
rules:
  - allow: publish
    topics: ['%u/%c', '%%']
    who: { group: [ops, none] }
    qos: [0, 1]
    retain: false
  - allow: subscribe
    topics: '#'
    who: [anonymous, { client: c, address: [10.0.0.0/8, '::1'] }]
    delivery: checked
  - deny: both
    topics: '$SYS/#'
    who: { certificate: { CN: a, DNS: b, email: c, fingerprint: d } }
    qos: 2
    disconnect: true
`);
  assert.equal(rules.list.length, 4);
  assert.equal(rules.ofMessage(clientOf(), 'alice/c1', 1, false)?.order, 0);
});

test('parseRuleFile() takes anyone among others for everybody', () => {
  const rules = rulesOf('rules:\n  - { allow: both, topics: a, who: [{ user: bob }, anyone] }\n');
  assert.equal(rules.ofMessage(clientOf(), 'a', 0, false)?.order, 0);
});
