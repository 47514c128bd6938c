/**
 * The words of the first `magpie …` in a line of sh, without `magpie` itself: quotes and
 * backslashes are undone, and variables before it, other commands of the pipe and redirections left
 * out.
 *
 * @throws if there is none.
 */
export function magpieWords(line: string): string[] {
  const words = [...line.matchAll(WORD)].map(([word]) => word);
  const from = words.indexOf('magpie');
  if (from === -1) throw new Error(`No magpie in: ${line}`);
  const rest = words.slice(from + 1);
  const end = rest.findIndex((word) => ['|', '>', ')', '&&'].includes(word));
  return (end === -1 ? rest : rest.slice(0, end)).map(unquoted);
}

/** A word with its quotes, or a sign that ends a command. */
const WORD = /(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\|>()&])+|[|>()]|&&/g;

function unquoted(word: string): string {
  return word.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3');
}
