/** One line of mosquitto.conf, or of a file that it includes. */
export interface Directive {
  readonly name: string;
  /** What follows the name; empty if nothing does. */
  readonly value: string;
  /** `mosquitto.conf:12`. */
  readonly place: string;
}

/** Reads the lines of a file in mosquitto's format: `name value`, `#` begins a comment line. */
export function parseMosquittoConf(text: string, file: string): Directive[] {
  const directives: Directive[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const space = line.search(/\s/);
    const name = space < 0 ? line : line.slice(0, space);
    const value = space < 0 ? '' : line.slice(space).trim();
    directives.push({ name, value, place: `${file}:${index + 1}` });
  }
  return directives;
}
