import { type RuleCase, testRule } from '../rule.testing.js';
import { markdownLinks } from './markdown-links.js';

const guide = `# Guide
## What \`listen()\` does, in short
## 中文 标题
## Again
## Again
`;

function inReadme(name: string, markdown: string, finds: readonly string[]): RuleCase {
  const files = {
    'docs/README.md': markdown,
    'docs/guide.md': guide,
    'docs/images/a.png': '',
    LICENSE: '',
  };
  return { name, files, finds: finds.map((place) => `docs/README.md:${place}`) };
}

testRule(markdownLinks, [
  inReadme(
    'accepts files, folders, addresses and pictures',
    links(
      'guide.md',
      'images/',
      'guide.md "t"',
      '../LICENSE',
      'https://example.org/x',
      'mailto:a@b.c',
      '//x.org',
      'images/a.png',
    ),
    [],
  ),
  inReadme('refuses a file that is not there', `\n[a](guide.md) [b](gone.md)`, [
    '2 gone.md leads nowhere',
  ]),
  inReadme('refuses a path out of the repository', `[a](../../x.md)`, ['1']),
  inReadme('looks at the list of links at the end', `[a]: gone.md`, ['1 gone.md leads nowhere']),
  inReadme(
    'follows headings',
    links('guide.md#what-listen-does-in-short', 'guide.md#中文-标题', 'guide.md#again-1'),
    [],
  ),
  inReadme('refuses a heading that is not there', `[a](guide.md#again-2)\n[b](#top)`, [
    '1 guide.md#again-2 leads to no heading of docs/guide.md',
    '2 #top leads to no heading of docs/README.md',
  ]),
  inReadme(
    'reads no code',
    '`[a](gone.md)`\n```md\n[a](gone.md)\n# Not a heading\n```\n~~~\n[a](gone.md)\n~~~',
    [],
  ),
]);

function links(...targets: readonly string[]): string {
  return targets.map((target) => `[words](${target})`).join(' and ');
}
