/**
 * In the bundles it stands for the global of that name, whose first use loads modules that a
 * command of a few milliseconds has no use for.
 */
export const performance = {
  /** Milliseconds that never go back. */
  now,
  /** When they were 0, in ms since 1970. */
  timeOrigin: Date.now() - now(),
};

function now() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
