/**
 * What keeps a name that comes from outside from being the identity of a client: characters that
 * mean something in topics (`#`, `+`, `/`), and controls, NUL among them.
 *
 * @returns `undefined` if it can be one.
 */
export function identityProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 'it holds a control character';
    if (code === HASH || code === PLUS || code === SLASH) {
      return `it holds ${name.charAt(index)}, which has a meaning in topics`;
    }
  }
  return undefined;
}

const HASH = 0x23;
const PLUS = 0x2b;
const SLASH = 0x2f;
