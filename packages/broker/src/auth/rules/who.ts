import type { ClientCertificate } from '../../model/client-certificate.js';
import type { Principal } from '../../model/principal.js';
import { AddressSet } from './address-set.js';
import type { WhoValues } from './rule-schema.js';

/** Users by the name of their group. */
export type Groups = ReadonlyMap<string, ReadonlySet<string>>;

/** Whom a rule is about: clients for which one of its alternatives holds. */
export class Who {
  readonly #alternatives: readonly Alternative[];

  /** @param values None: everybody. Groups named in them are in `groups`. */
  constructor(values: readonly WhoValues[], groups: Groups) {
    this.#alternatives = values.map((value) => alternativeOf(value, groups));
  }

  has(client: Principal): boolean {
    if (this.#alternatives.length === 0) return true;
    for (const alternative of this.#alternatives) {
      if (mismatch(alternative, client) === undefined) return true;
    }
    return false;
  }

  /** Why it is not about this client: `the user is alice`; `undefined` if it is. */
  whyNot(client: Principal): string | undefined {
    if (this.has(client)) return undefined;
    const reasons = this.#alternatives.map((alternative) => mismatch(alternative, client));
    return [...new Set(reasons)].join('; ');
  }

  /** Whether it takes a connection to tell: its address, or its certificate. */
  get asksConnection(): boolean {
    return this.#alternatives.some(({ addresses, certificate }) => {
      return addresses !== undefined || certificate.length > 0;
    });
  }

  /**
   * Names without one of which a client is not meant; `undefined`: it takes more than names to
   * tell.
   */
  get names(): WhoNames | undefined {
    const users = new Set<string>();
    const clients = new Set<string>();
    if (this.#alternatives.length === 0) return undefined;
    for (const alternative of this.#alternatives) {
      const named = alternative.users ?? alternative.members;
      if (named !== undefined) for (const user of named) users.add(user);
      else if (alternative.clients !== undefined) {
        for (const client of alternative.clients) clients.add(client);
      } else return undefined;
    }
    return { users, clients };
  }
}

/** Names of users and client identifiers. */
export interface WhoNames {
  readonly users: ReadonlySet<string>;
  readonly clients: ReadonlySet<string>;
}

/** All that is given has to hold. */
interface Alternative {
  readonly anonymous: boolean;
  readonly users: ReadonlySet<string> | undefined;
  /** Of all the groups that are named. */
  readonly members: ReadonlySet<string> | undefined;
  readonly clients: ReadonlySet<string> | undefined;
  readonly addresses: AddressSet | undefined;
  readonly certificate: readonly CertificateName[];
}

/** One kind of name that a certificate has to show. */
interface CertificateName {
  readonly kind: string;
  readonly wanted: ReadonlySet<string>;
  readonly shown: (certificate: ClientCertificate) => readonly string[];
}

function alternativeOf(value: WhoValues, groups: Groups): Alternative {
  if (typeof value === 'string') return { ...EVERYBODY, anonymous: value === 'anonymous' };
  const { user, group, client, address, certificate = {} } = value;
  const { CN, DNS, email, fingerprint } = certificate;
  return {
    anonymous: false,
    users: user && new Set(user),
    members: group && new Set(group.flatMap((name) => [...(groups.get(name) ?? [])])),
    clients: client && new Set(client),
    addresses: address && new AddressSet(address),
    certificate: [
      ...certificateName('CN', CN, ({ commonNames }) => commonNames),
      ...certificateName('DNS name', DNS, ({ dnsNames }) => dnsNames),
      ...certificateName('email', email, ({ emails }) => emails),
      ...certificateName('fingerprint', upper(fingerprint), (shown) => [shown.fingerprint]),
    ],
  };
}

function certificateName(
  kind: string,
  wanted: readonly string[] | undefined,
  shown: CertificateName['shown'],
): CertificateName[] {
  return wanted === undefined ? [] : [{ kind, wanted: new Set(wanted), shown }];
}

function upper(texts: readonly string[] | undefined): string[] | undefined {
  return texts?.map((text) => text.toUpperCase());
}

/** @returns In words; `undefined` if the alternative holds. */
function mismatch(alternative: Alternative, client: Principal): string | undefined {
  const { anonymous, users, members, clients, addresses, certificate } = alternative;
  const { username, clientId, address } = client;
  if (anonymous && username !== undefined) return 'it is for clients without a user name';
  if (users !== undefined && !hasName(users, username)) return 'it is for other users';
  if (members !== undefined && !hasName(members, username)) return 'it is for another group';
  if (clients !== undefined && !clients.has(clientId)) return 'it is for other client identifiers';
  if (addresses !== undefined && !addresses.has(address)) return 'it is for other addresses';
  for (const { kind, wanted, shown } of certificate) {
    const names = client.certificate === undefined ? [] : shown(client.certificate);
    if (!names.some((name) => wanted.has(name))) return `it is for another ${kind} of certificates`;
  }
  return undefined;
}

function hasName(names: ReadonlySet<string>, name: string | undefined): boolean {
  return name !== undefined && names.has(name);
}

const EVERYBODY: Alternative = {
  anonymous: false,
  users: undefined,
  members: undefined,
  clients: undefined,
  addresses: undefined,
  certificate: [],
};
