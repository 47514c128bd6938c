import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapTopic, topicRule } from './topic-rule.js';

const good: [rules: string[], topic: string, mapped: string][] = [
  [['from/+/x=to/$1/y'], 'from/7/x', 'to/7/y'],
  [['from/+/x=to/$1/y'], 'from/7/z', 'from/7/z'],
  [['+/+=$2/$1'], 'a/b', 'b/a'],
  [['#=copy/$1'], 'a/b/c', 'copy/a/b/c'],
  [['#=copy/$0'], 'a/b/c', 'copy/a/b/c'],
  [['a/#=b/$1'], 'a', 'b'],
  [['a/#=b/$1/end'], 'a', 'b/end'],
  [['a/#=b/$1/end'], 'a/x/y', 'b/x/y/end'],
  [['a/#=b-$1'], 'a', 'b-'],
  [['a/+=b/$1'], 'a/', 'b/'],
  [['+/x/#=$2/x/$1'], '1/x/2/3', '2/3/x/1'],
  [['a=b', 'b=c'], 'a', 'b'],
  [['a=1', '#=2'], 'a', '1'],
  [['a/+=b/$12'], 'a/x', 'b/x2'],
  [['a=b=c'], 'a', 'b=c'],
  [['#=copy/$1'], '$SYS/uptime', '$SYS/uptime'],
  [['$SYS/#=sys/$1'], '$SYS/uptime', 'sys/uptime'],
  [['a=cost$'], 'a', 'cost$'],
];
for (const [rules, topic, mapped] of good) {
  test(`mapTopic() by ${rules.join(', ')}: ${topic} becomes ${mapped}`, () => {
    assert.equal(mapTopic(rules.map(topicRule), topic), mapped);
  });
}

const wrong: [rule: string, why: RegExp][] = [
  ['a', /there is no =$/],
  ['a#=b', /'a#' is no topic filter/],
  ['=b', /'' is no topic filter/],
  ['a=', /'' makes no topic/],
  ['a=b/+', /'b\/\+' makes no topic/],
  ['a/+=b/$2', /\$2 stands for nothing: the filter has 1 wildcards/],
];
for (const [rule, why] of wrong) {
  test(`topicRule() refuses '${rule}'`, () => {
    assert.throws(() => topicRule(rule), { name: 'UsageError', message: why });
  });
}
