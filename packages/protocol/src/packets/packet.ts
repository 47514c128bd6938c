import type { Connack } from './connack.js';
import type { Connect } from './connect.js';
import type { Disconnect } from './disconnect.js';
import type { Pingreq } from './pingreq.js';
import type { Pingresp } from './pingresp.js';
import type { Puback } from './puback.js';
import type { Pubcomp } from './pubcomp.js';
import type { Publish } from './publish.js';
import type { Pubrec } from './pubrec.js';
import type { Pubrel } from './pubrel.js';
import type { Suback } from './suback.js';
import type { Subscribe } from './subscribe.js';
import type { Unsuback } from './unsuback.js';
import type { Unsubscribe } from './unsubscribe.js';

/** Every control packet (MQTT 3.1.1, 2.2.1), told apart by `type`. */
export type Packet =
  | Connect
  | Connack
  | Publish
  | Puback
  | Pubrec
  | Pubrel
  | Pubcomp
  | Subscribe
  | Suback
  | Unsubscribe
  | Unsuback
  | Pingreq
  | Pingresp
  | Disconnect;

/** What a client may send. */
export type ClientPacket = Exclude<
  Packet,
  { readonly type: 'connack' | 'suback' | 'unsuback' | 'pingresp' }
>;

/** What a server may send. */
export type ServerPacket = Exclude<
  Packet,
  { readonly type: 'connect' | 'subscribe' | 'unsubscribe' | 'pingreq' | 'disconnect' }
>;
