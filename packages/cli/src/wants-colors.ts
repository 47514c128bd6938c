/**
 * Whether whoever set the environment lets us colour what a terminal shows: `NO_COLOR`, where it is
 * there and not empty, says no (no-color.org).
 */
export function wantsColors(env: Readonly<Record<string, string | undefined>>): boolean {
  const { NO_COLOR: no = '' } = env;
  return no === '';
}
