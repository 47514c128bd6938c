/** A client certificate whose chain the listener has checked: what it says about its holder. */
export interface ClientCertificate {
  /** Common names (CN) of the subject. */
  readonly commonNames: readonly string[];
  /** Subject alternative names of type DNS. */
  readonly dnsNames: readonly string[];
  /** Subject alternative names of type email. */
  readonly emails: readonly string[];
  /** SHA-256 of the certificate: hexadecimal bytes with colons between them. */
  readonly fingerprint: string;
}
