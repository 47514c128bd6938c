/** How the process ends. A second signal ends it with 128 + the signal's number, as shells do. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  denied: 3,
  warning: 4,
  timeout: 27,
} as const;

/**
 * One of {@link EXIT}; of `pub`, `sub` and `rr` also the return code with which a server refused
 * (MQTT 3.1.1, 3.2.2.3).
 */
export type ExitCode = number;

/** What each of them says; docs/cli.md and the manual pages are made from it. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'It did what was asked, or was told to end by SIGINT or SIGTERM.',
  failure: 'It could not do what was asked: bad configuration, port in use, a bug of ours.',
  usage: 'It was asked in a wrong way: unknown flag, bad value.',
  denied:
    '`magpie acl test`: the rules deny what was asked about. `magpie acl preview`: sessions would '
    + 'lose subscriptions.',
  warning:
    'It was done, and something is to be said about it. `magpie doctor`: it works, and not all is '
    + 'as it should be. `magpie capabilities`: something could not be found out. `magpie bench`, '
    + '`magpie bench run`: there are remarks below the figures. `magpie replay`: a part of a file '
    + 'is damaged and was left out.',
  timeout:
    '`magpie sub` and `rr`: the time that `--timeout` gave is over; the number is that of '
    + "mosquitto's tools.",
};

/** What ends with a number that is not in the table. */
export const FURTHER_EXITS: readonly { readonly codes: string; readonly meaning: string }[] = [
  {
    codes: '1 to 5',
    meaning:
      '`magpie pub`, `sub` and `rr`: the server refused the connection; the number is the return '
      + "code of its CONNACK (MQTT 3.1.1, 3.2.2.3), as with mosquitto's tools. All others end "
      + 'with 1.',
  },
  {
    codes: '128 + N',
    meaning: 'Signal N came again before the command had ended, as shells say it: 130 for SIGINT.',
  },
];
