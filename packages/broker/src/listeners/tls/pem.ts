/** The blocks of a PEM text that have this label, e.g. `CERTIFICATE`; each is a PEM text itself. */
export function pemBlocks(text: string, label: string): string[] {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const blocks: string[] = [];
  for (let from = text.indexOf(begin); from >= 0; from = text.indexOf(begin, from)) {
    const to = text.indexOf(end, from);
    if (to < 0) break;
    blocks.push(`${text.slice(from, to + end.length)}\n`);
    from = to;
  }
  return blocks;
}
