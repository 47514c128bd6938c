// Loaded by every entry script before anything else: keep to syntax that old runtimes can parse.

export const NODE_MIN = '20.19.0';

/** Whether the version `have` ("v18.1.0") is at least `want` ("20.19.0"). */
export function isAtLeast(have, want) {
  const left = have.replace(/^v/, '').split('.').map(Number);
  const right = want.split('.').map(Number);
  for (let i = 0; i < right.length; i++) {
    if (left[i] !== right[i]) return left[i] > right[i];
  }
  return true;
}

/** Whether this Node.js can run Magpie. If not, it says so in one line and sets the exit code. */
export function isSupportedNode(version) {
  if (isAtLeast(version, NODE_MIN)) return true;
  console.error('magpie: Node.js ' + NODE_MIN + ' or newer is needed: this is ' + version);
  process.exitCode = 1;
  return false;
}
