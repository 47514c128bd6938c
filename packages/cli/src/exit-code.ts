/** How the process ends. A second signal ends it with 128 + the signal's number, as shells do. */
export const EXIT = {
  ok: 0,
  /** It could not do what was asked: bad configuration, port in use, a bug of ours. */
  failure: 1,
  /** It was asked in a wrong way: unknown flag, bad value. */
  usage: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
