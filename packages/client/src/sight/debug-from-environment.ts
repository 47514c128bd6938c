/**
 * The debug log of Node.js: a line for each change of state and each error, if MAGPIE_DEBUG is set
 * to anything but nothing and 0.
 *
 * @param write Gets whole lines, such as stderr does.
 * @returns `undefined` if nobody wants it.
 */
export function debugFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  write: (text: string) => void,
): ((line: string) => void) | undefined {
  const wanted = environment['MAGPIE_DEBUG'] ?? '';
  if (wanted === '' || wanted === '0') return undefined;
  return (line) => write(`magpie client: ${line}\n`);
}
