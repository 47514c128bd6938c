const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;
/**
 * Enough to tell an IPv6 address from `name:port`; whether it can be had is for the system to say.
 */
const IPV6 = /^(?=.*:.*:)[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9_.-]+)?$/;
const LOOPBACK =
  /^(?:localhost|127(?:\.\d{1,3}){3}|(?:0{0,4}:){2,7}0{0,3}1|::ffff:127(?:\.\d{1,3}){3})$/i;

/**
 * Whether `host` is written like a host name, an IPv4 or an IPv6 address, without a port or a
 * scheme.
 */
export function isHost(host: string): boolean {
  return HOST_NAME.test(host) || IPV6.test(host);
}

/**
 * Whether only programs on this machine can reach `host`. Goes by the text alone: a name other than
 * `localhost` counts as public whatever it may resolve to, so that a doubt is asked about.
 */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** `host:port` as people write it, with brackets around an IPv6 address. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
