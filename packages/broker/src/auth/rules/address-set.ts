import { networkKey, parseAddress, parseNetwork } from '../../model/network.js';

/** IP addresses and networks. An IPv4 address is also found where IPv6 writes it. */
export class AddressSet {
  readonly #keys = new Set<string>();
  /** Lengths of the networks in it, in bits: there are few. */
  readonly #lengths = new Set<number>();

  /** @param networks Each passes {@link isAddressRange}. */
  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const network = parseNetwork(text);
      if (network === undefined) throw new RangeError(`${text} is no address and no network`);
      this.#keys.add(networkKey(network.bytes, network.bits));
      this.#lengths.add(network.bits);
    }
  }

  /** @param address Of a peer; anything else than an IP address is in no set. */
  has(address: string): boolean {
    const bytes = parseAddress(address);
    if (bytes === undefined) return false;
    for (const bits of this.#lengths) if (this.#keys.has(networkKey(bytes, bits))) return true;
    return false;
  }
}

/** Whether a text is an IP address, or a network such as `10.0.0.0/8` or `fe80::/10`. */
export function isAddressRange(text: string): boolean {
  // A zone (`%eth0`) is a name of one machine.
  return !text.includes('%') && parseNetwork(text) !== undefined;
}
