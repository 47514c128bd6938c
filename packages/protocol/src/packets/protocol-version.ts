/** Protocol level as CONNECT says it (MQTT 3.1.1, 3.1.2.2): 3 is MQTT 3.1, 4 is MQTT 3.1.1. */
export type ProtocolVersion = 3 | 4;

/** The protocol name that goes with each level. */
export const PROTOCOL_NAMES = { 3: 'MQIsdp', 4: 'MQTT' } as const satisfies Record<
  ProtocolVersion,
  string
>;
