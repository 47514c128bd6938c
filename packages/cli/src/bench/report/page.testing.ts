import assert from 'node:assert/strict';

/** An element of a page, with the text that is directly or deeper in it. */
export interface PageElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: PageElement[];
  text: string;
}

/**
 * Reads a page and is strict: every element is closed where it should be, and attributes are in
 * quotes. @returns All elements, in the order of their beginning.
 */
export function parsePage(page: string): PageElement[] {
  const elements: PageElement[] = [];
  const open: PageElement[] = [];
  let at = 0;
  while (at < page.length) {
    const raw = open.at(-1)?.name ?? '';
    const end = ['script', 'style'].includes(raw)
      ? page.indexOf(`</${raw}`, at)
      : page.indexOf('<', at);
    const text = page.slice(at, end === -1 ? page.length : end);
    for (const element of open)
      element.text += ['script', 'style'].includes(raw) ? text : plain(text);
    if (end === -1) break;
    const tag = TAG.exec(page.slice(end));
    assert.ok(tag, `No tag: ${page.slice(end, end + 60)}`);
    const [whole, slash, name = '', attributes = '', alone] = tag;
    at = end + whole.length;
    if (slash === '/') {
      assert.equal(open.pop()?.name, name, `</${name}> ends another element`);
      continue;
    }
    if (name === '!doctype') continue;
    const pairs = [...attributes.matchAll(ATTRIBUTE)];
    const element: PageElement = {
      name,
      attributes: new Map(pairs.map(([, key = '', value = '']) => [key, plain(value)])),
      children: [],
      text: '',
    };
    elements.push(element);
    open.at(-1)?.children.push(element);
    if (alone !== '/' && name !== 'meta') open.push(element);
  }
  assert.deepEqual(open, []);
  return elements;
}

/** The text of each cell, row by row, of the tables in a page. */
export function rowsOf(elements: readonly PageElement[]): string[][] {
  return elements
    .filter(({ name }) => name === 'tr')
    .map(({ children }) => children.map(({ text }) => text));
}

function plain(text: string): string {
  assert.doesNotMatch(text, /&(?!#\d+;)/);
  return text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

const TAG = /^<(\/?)(!?[a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*(?:="[^"]*")?)*)\s*(\/?)>/;
const ATTRIBUTE = /([a-zA-Z][a-zA-Z0-9-]*)(?:="([^"]*)")?/g;
