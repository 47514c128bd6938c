/**
 * The first number behind a label at the beginning of a line: how the files in `/proc` are read.
 *
 * @returns `undefined` if there is no such line, or no number behind it.
 */
export function numberIn(text: string, label: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(label));
  const number = Number.parseInt(line?.slice(label.length).trim() ?? '', 10);
  return Number.isNaN(number) ? undefined : number;
}
