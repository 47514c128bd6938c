/** The door: MQTT without I/O, for servers and clients, in Node and browsers. */

export { decodeUtf8, utf8Length, writeUtf8 } from '#utf8';
export { AssertionError, assert } from './assert.js';
export { ByteReader, type TopicNames } from './bytes/byte-reader.js';
export { writeUint16 } from './bytes/byte-writer.js';
export { hashBytes } from './bytes/hash-bytes.js';
export { varintSize, writeVarint } from './bytes/varint.js';
export { checkRange } from './check-range.js';
export { type ClientRequest, encodeClientRequest } from './client-codec.js';
export { decode, encode, encodedLength, encodeInto } from './codec.js';
export { PROTOCOL_FAULTS, ProtocolError, type ProtocolFault } from './faults.js';
export type { Frame } from './framing/frame.js';
export { Framer } from './framing/framer.js';
export {
  FIXED_HEADER_BYTES_MAX,
  KEEP_ALIVE_S_MAX,
  PACKET_BYTES_MAX,
  PACKET_ID_MAX,
  REMAINING_LENGTH_MAX,
  STRING_BYTES_MAX,
} from './limits.js';
export type { Connack } from './packets/connack.js';
export type { Connect, Will } from './packets/connect.js';
export { DISCONNECT, type Disconnect } from './packets/disconnect.js';
export type { ClientPacket, Packet, ServerPacket } from './packets/packet.js';
export { packetIdOf } from './packets/packet-id.js';
export { PACKET_TYPES, type PacketTypeName, packetTypeName } from './packets/packet-type.js';
export { PINGREQ, type Pingreq } from './packets/pingreq.js';
export { PINGRESP, type Pingresp } from './packets/pingresp.js';
export { PROTOCOL_NAMES, type ProtocolVersion } from './packets/protocol-version.js';
export type { Puback } from './packets/puback.js';
export type { Pubcomp } from './packets/pubcomp.js';
export {
  Publish,
  type PublishFields,
  publishFlags,
  publishHeadLength,
  writePublishHead,
} from './packets/publish.js';
export type { Pubrec } from './packets/pubrec.js';
export type { Pubrel } from './packets/pubrel.js';
export { isQoS, type QoS } from './packets/qos.js';
export type { Suback } from './packets/suback.js';
export type { Subscribe, Subscription } from './packets/subscribe.js';
export type { Unsuback } from './packets/unsuback.js';
export type { Unsubscribe } from './packets/unsubscribe.js';
export {
  CONNACK_CODE_MAX,
  CONNACK_CODES,
  connackCodeOf,
  connackText,
  SUBACK_FAILURE,
} from './reason-codes.js';
export { covers } from './topics/covers.js';
export { filterIntersection, overlaps } from './topics/filter-intersection.js';
export { FilterSet } from './topics/filter-set.js';
export { matches } from './topics/matches.js';
export { SecondSight } from './topics/second-sight.js';
export { parseSharedFilter, type SharedFilter } from './topics/shared-filter.js';
export { hasWildcard, validateTopicFilter } from './topics/topic-filter.js';
export { topicLevels, validateTopicName } from './topics/topic-name.js';
export { TopicTable, type TopicTableLimits } from './topics/topic-table.js';
export { keepAliveDeadlineMs } from './connection/keepalive.js';
export { ServerConnection } from './connection/server-connection.js';
export { InboundWindow } from './session/inbound-window.js';
export {
  MISMATCH,
  OutboundWindow,
  type Unacknowledged,
  UNKNOWN,
} from './session/outbound-window.js';
