/** How the process ends. A second signal ends it with 128 + the signal's number, as shells do. */
export const EXIT = {
  ok: 0,
  /** It could not do what was asked: bad configuration, port in use, a bug of ours. */
  failure: 1,
  /** It was asked in a wrong way: unknown flag, bad value. */
  usage: 2,
  /** `magpie acl test`: the rules deny what was asked about. */
  denied: 3,
  /** It works, and something is not as it should be. */
  warning: 4,
  /** The time that `--timeout` gave is over; the number is that of mosquitto's tools. */
  timeout: 27,
} as const;

/** One of {@link EXIT}, or the return code with which a server refused (MQTT 3.1.1, 3.2.2.3). */
export type ExitCode = number;
