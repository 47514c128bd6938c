import { type PasswordHash, parsePasswordHash } from './password-hash.js';

/** Users with their stored passwords, by name. */
export type Users = ReadonlyMap<string, PasswordHash>;

/**
 * Reads the text of a user file: one `name:hash` a line, as mosquitto has it; empty lines and lines
 * that begin with `#` are passed over.
 *
 * @param file Its name, for messages.
 * @returns The users, or everything that is wrong. A file without users is wrong too: with it,
 * nobody could connect.
 */
export function parseUserFile(
  text: string,
  file: string,
): { readonly users: Users; readonly problems: readonly string[] } {
  const users = new Map<string, PasswordHash>();
  const problems: string[] = [];
  // tidy-allow no-regex: of the operator's file, and takes no longer for any text
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const where = `${file}:${index + 1}`;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (colon < 1) {
      problems.push(`${where}: a line must be NAME:HASH`);
      continue;
    }
    const hash = parsePasswordHash(line.slice(colon + 1).trim());
    if (typeof hash === 'string') problems.push(`${where}: the password of a user: ${hash}`);
    else if (users.has(name)) problems.push(`${where}: a user that is there already`);
    else users.set(name, hash);
  }
  if (users.size === 0 && problems.length === 0) problems.push(`${file}: there is no user in it`);
  return { users, problems };
}
