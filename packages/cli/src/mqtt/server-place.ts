/** Where a connection goes. */
export interface ServerPlace {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The place that the URL of a server names. A port that it does not name is that of its scheme. */
export function placeOf({ protocol, hostname, port }: URL): ServerPlace {
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (USUAL_PORTS[protocol] ?? 1883) : Number(port),
  };
}

const USUAL_PORTS: Readonly<Record<string, number>> = {
  'mqtt:': 1883,
  'mqtts:': 8883,
  'ws:': 80,
  'wss:': 443,
};
