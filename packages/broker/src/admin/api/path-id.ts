/**
 * An identifier in a path, as it is written there before percent-encoding. What makes an address
 * resolves `.` and `..`, percent-encoded or not (WHATWG URL, 4.4), so nobody could ask for a client
 * of that name. One `~` goes before them, and before what looks like that already; every other
 * identifier stands for itself.
 */
export function toPathId(id: string): string {
  return isDots(id) ? `~${id}` : id;
}

/** @returns The identifier that {@link toPathId} has written. */
export function fromPathId(written: string): string {
  return written.startsWith('~') && isDots(written) ? written.slice(1) : written;
}

/** Any number of `~`, then one or two dots. */
function isDots(text: string): boolean {
  let at = 0;
  while (text[at] === '~') at++;
  const rest = text.length - at;
  return (rest === 1 || rest === 2) && text[at] === '.' && text.at(-1) === '.';
}

/** For the description of a parameter. */
export const PATH_ID_HELP = 'Percent-encoded; `.` and `..` are written `~.` and `~..`';
