import { safeText } from '../../safe-log-line.js';

/** Text of a page that is HTML already. All other text is escaped where {@link html} puts it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = string | number | Markup | readonly Content[];

/**
 * A template of HTML or SVG: what is put into it is escaped, for text and for attributes in double
 * quotes, unless it is {@link Markup}.
 */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const parts = strings.map((text, at) =>
    at === 0 ? text : `${textOf(contents[at - 1]!)}${text}`,
  );
  return new Markup(parts.join(''));
}

function textOf(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(textOf).join('');
  return escapeMarkup(String(content));
}

function escapeMarkup(text: string): string {
  return safeText(text).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
