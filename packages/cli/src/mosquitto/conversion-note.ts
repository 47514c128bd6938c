/** Something of another broker's configuration that a person should read. */
export interface ConversionNote {
  /** `mosquitto.conf:12`. */
  readonly place: string;
  /** What is written there, or what could not be converted of it, and why. */
  readonly text: string;
}
