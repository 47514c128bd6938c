/**
 * Directives of mosquitto.conf that are not converted, with the reason that a person reads. Those
 * that are stand in convert-mosquitto-conf.ts.
 */
export const NOT_CONVERTED: Readonly<Record<string, string>> = {
  address: 'there are no bridges to other brokers',
  addresses: 'there are no bridges to other brokers',
  connection: 'there are no bridges to other brokers',
  topic: 'there are no bridges to other brokers',
  allow_duplicate_messages: 'a client gets one copy for each message',
  allow_zero_length_clientid: 'clients without an identifier are taken, with a clean session',
  auth_plugin: 'plugins cannot be loaded: see authentication.http for logins',
  auth_plugin_deny_special_chars: 'names in topics are always checked',
  auto_id_prefix: 'identifiers that are made begin with magpie-',
  bind_interface: 'give the address of the interface as the host of the listener',
  bridge_attempt_unsubscribe: 'there are no bridges to other brokers',
  capath: 'put the certificates of the folder into one file, and name it as ca',
  check_retain_source: 'a retained message stays, whatever becomes of the rights of who sent it',
  ciphers_tls: 'use ciphers',
  'ciphers_tls1.3': 'ciphers is for all versions of TLS',
  clientid_prefixes: 'every client identifier is taken: restrict users or access rules instead',
  dhparamfile: 'parameters of Diffie-Hellman are not read from a file',
  http_dir: 'files are not served',
  max_keepalive: 'every keep-alive is taken',
  memory_limit: 'limit the queues instead: queuedBytesTotalMax, retainedBytesMax',
  message_expiry_interval: 'messages do not expire',
  mount_point: 'topics are the same at every listener',
  plugin: 'plugins cannot be loaded: see authentication.http for logins',
  plugin_opt: 'plugins cannot be loaded',
  psk_file: 'pre-shared keys are not supported: use certificates or passwords',
  psk_hint: 'pre-shared keys are not supported: use certificates or passwords',
  queue_qos0_messages: 'QoS 0 is not kept for clients that are away',
  retain_available: 'retained messages are kept: set limits.retainedMessagesMax to 0 for none',
  retain_expiry_interval: 'retained messages do not expire',
  socket_domain: 'give an IPv4 or IPv6 address as the host of the listener',
  upgrade_outgoing_qos: 'the QoS of a message is never raised',
  use_subject_as_username: 'take one name of the certificate: authentication.certificate',
  use_username_as_clientid: 'clients have the identifier that they bring, and own its session',
};

/** Directives without a meaning for Magpie: it does what they ask, or needs nothing of the kind. */
export const NOTHING_TO_DO: ReadonlySet<string> = new Set([
  'autosave_interval',
  'autosave_on_changes',
  'connection_messages',
  'log_dest',
  'log_facility',
  'log_timestamp',
  'log_timestamp_format',
  'max_inflight_bytes',
  'max_qos',
  'max_topic_alias',
  'max_topic_alias_broker',
  'persistence_file',
  'per_listener_settings', // read before everything else
  'pid_file',
  'set_tcp_nodelay',
  'tls_engine',
  'tls_keyform',
  'user', // whom the process runs as
  'websockets_headers_size',
  'websockets_log_level',
]);
