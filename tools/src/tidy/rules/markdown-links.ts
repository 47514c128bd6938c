import { posix } from 'node:path';

import type { Finding, Rule } from '../rule.js';
import type { TextFile, Tree } from '../tree.js';

/** A link in the text, `[words](target "title")`, or at the end, `[name]: target`. */
const LINK = /\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*<?([^\s>]+)/g;

/** Links between files of the repository lead somewhere, headings included. */
export const markdownLinks: Rule = {
  name: 'markdown-links',
  doc: 'Relative links in Markdown lead to a file that is there, and to a heading that is in it.',
  excusable: false,
  *check(tree): Iterable<Finding> {
    for (const file of tree.files) {
      if (!file.path.endsWith('.md')) continue;
      for (const { target, line } of linksOf(file.text)) {
        const problem = linkProblem(tree, file, target);
        if (problem === undefined) continue;
        yield { path: file.path, line, message: problem, fix: 'correct the link' };
      }
    }
  },
};

function linksOf(markdown: string): { target: string; line: number }[] {
  return proseLines(markdown).flatMap((text, index) =>
    [...text.matchAll(LINK)].map((match) => ({
      target: match[1] ?? match[2] ?? '',
      line: index + 1,
    })),
  );
}

function linkProblem(tree: Tree, file: TextFile, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const at = path === '' ? file.path : posix.join(posix.dirname(file.path), decodeURI(path));
  const there = at.replace(/\/$/, '');
  if (!tree.has(there)) return `${target} leads nowhere`;
  const text = tree.text(there);
  if (anchor === undefined || text === undefined || !there.endsWith('.md')) return undefined;
  if (headingAnchors(text).includes(decodeURIComponent(anchor))) return undefined;
  return `${target} leads to no heading of ${there}`;
}

/** The anchors that code hosts give to headings: lower case, hyphens, repeated ones numbered. */
function headingAnchors(markdown: string): string[] {
  const seen = new Map<string, number>();
  return proseLines(markdown).flatMap((line) => {
    const title = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (title === undefined) return [];
    const anchor = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return [times === 0 ? anchor : `${anchor}-${times}`];
  });
}

/** The lines, those of code emptied: fenced blocks and `spans` hold no links and no headings. */
function proseLines(markdown: string): string[] {
  let fence: string | undefined;
  return markdown.split('\n').map((line) => {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined;
      return '';
    }
    if (mark === undefined) return line.startsWith('#') ? line : line.replace(/`[^`]*`/g, '');
    fence = mark;
    return '';
  });
}
