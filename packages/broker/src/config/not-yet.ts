/** The release that {@link notYet} speaks of: major and minor version. */
export const RELEASE = '0.1';

/**
 * Parts of the configuration that are agreed on but come with a later release, with what holds
 * instead. They are refused by name, because starting without them would promise what is not kept.
 */
export const NOT_YET = {
  authorization: 'every client may publish and subscribe to every topic',
} as const satisfies Record<string, string>;

export type NotYet = keyof typeof NOT_YET;

/** Whether `key`, written with `[]` for every index, is in {@link NOT_YET}. */
export function isNotYet(key: string): key is NotYet {
  return Object.hasOwn(NOT_YET, key);
}

/** One line of refusal; `shown` is the setting as the operator wrote it. */
export function notYet(shown: string, key: NotYet): string {
  return `${shown} is not available in Magpie ${RELEASE}: ${NOT_YET[key]}`;
}
