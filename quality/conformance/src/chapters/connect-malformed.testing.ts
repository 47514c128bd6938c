import type { Chapter } from '../suite/chapter.js';
import { hex } from '../wire/bytes.js';
import type { MalformedCase } from './malformed.testing.js';
import { malformed, rawConnect } from './malformed.testing.js';
import { BAD_TEXTS } from './utf8-vectors.testing.js';

/** Bits of the connect flags (MQTT 3.1.1, 3.1.2.3). */
const RESERVED = 0b1;
const CLEAN = 0b10;
const WILL = 0b100;
const WILL_QOS_1 = 0b1000;
const WILL_QOS_2 = 0b1_0000;
const WILL_QOS_3 = 0b1_1000;
const WILL_RETAIN = 0b10_0000;
const PASSWORD = 0b100_0000;
const USER_NAME = 0b1000_0000;

/** Each row: what is wrong, the statements it breaks, and CONNECT packets that do so. */
const CASES: readonly (Omit<MalformedCase, 'after' | 'clauses'> & { clauses: string[] })[] = [
  {
    name: 'CONNECT with the reserved connect flag set closes the connection',
    clauses: ['MQTT-3.1.2-3'],
    bytes: () => [
      rawConnect({ flags: CLEAN | RESERVED, fields: ['x'] }),
      rawConnect({ flags: RESERVED, fields: ['x'] }),
    ],
  },
  {
    name: 'CONNECT with will QoS 3 closes the connection',
    clauses: ['MQTT-3.1.2-14'],
    bytes: () => [rawConnect({ flags: CLEAN | WILL | WILL_QOS_3, fields: ['x', 'w', 'm'] })],
  },
  {
    name: 'CONNECT with a will QoS but without the will flag closes the connection',
    clauses: ['MQTT-3.1.2-11', 'MQTT-3.1.2-13'],
    bytes: () => [
      rawConnect({ flags: CLEAN | WILL_QOS_1, fields: ['x'] }),
      rawConnect({ flags: CLEAN | WILL_QOS_2, fields: ['x'] }),
      rawConnect({ flags: CLEAN | WILL_QOS_1, fields: ['x', 'w', 'm'] }),
    ],
  },
  {
    name: 'CONNECT with will retain but without the will flag closes the connection',
    clauses: ['MQTT-3.1.2-11', 'MQTT-3.1.2-15'],
    bytes: () => [rawConnect({ flags: CLEAN | WILL_RETAIN, fields: ['x'] })],
  },
  {
    name: 'CONNECT with the password flag but without the user name flag closes the connection',
    clauses: ['MQTT-3.1.2-22'],
    bytes: () => [rawConnect({ flags: CLEAN | PASSWORD, fields: ['x', 'secret'] })],
  },
  {
    name: 'CONNECT with fields that no flag announces closes the connection',
    clauses: ['MQTT-3.1.2-11', 'MQTT-3.1.2-18', 'MQTT-3.1.2-20'],
    bytes: () => [
      rawConnect({ fields: ['x', 'user'] }),
      rawConnect({ flags: CLEAN | USER_NAME, fields: ['x', 'user', 'secret'] }),
      rawConnect({ fields: ['x', 'w', 'm'] }),
      rawConnect({ fields: ['x'], rest: hex('00') }),
    ],
  },
  {
    name: 'CONNECT without the user name its flag announces closes the connection',
    clauses: ['MQTT-3.1.2-19'],
    bytes: () => [rawConnect({ flags: CLEAN | USER_NAME, fields: ['x'] })],
  },
  {
    name: 'CONNECT without the password its flag announces closes the connection',
    clauses: ['MQTT-3.1.2-21'],
    bytes: () => [rawConnect({ flags: CLEAN | USER_NAME | PASSWORD, fields: ['x', 'user'] })],
  },
  {
    name: 'CONNECT without the will topic or will message its flag announces closes the connection',
    clauses: ['MQTT-3.1.2-9'],
    bytes: () => [
      rawConnect({ flags: CLEAN | WILL, fields: ['x'] }),
      rawConnect({ flags: CLEAN | WILL, fields: ['x', 'w'] }),
    ],
  },
  {
    name: 'CONNECT without a client id closes the connection',
    clauses: ['MQTT-3.1.3-3'],
    bytes: () => [rawConnect({ fields: [] }), rawConnect({ fields: [], rest: hex('00') })],
  },
  {
    name: 'CONNECT whose field claims more bytes than the packet has closes the connection',
    clauses: [],
    bytes: () => [
      rawConnect({ fields: [], rest: hex('0009 "x"') }),
      '10 0a 0004 "MQTT" 04 02 003c   # ends after the keep alive',
      '10 09 0004 "MQTT" 04 02 00     # ends in the keep alive',
      '10 06 0004 "MQTT"              # ends after the protocol name',
      '10 04 0004 "MQ"                # ends in the protocol name',
      '10 00',
    ],
  },
  {
    name: 'CONNECT with an ill-formed client id closes the connection',
    clauses: ['MQTT-3.1.3-4', 'MQTT-1.5.3-1', 'MQTT-1.5.3-2'],
    bytes: () => BAD_TEXTS.map((text) => rawConnect({ fields: [hex(text)] })),
  },
  {
    name: 'CONNECT with an ill-formed will topic closes the connection',
    clauses: ['MQTT-3.1.3-10', 'MQTT-1.5.3-1', 'MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    bytes: () =>
      BAD_TEXTS.map((text) => rawConnect({ flags: CLEAN | WILL, fields: ['x', hex(text), 'm'] })),
  },
  {
    name: 'CONNECT with an ill-formed user name closes the connection',
    clauses: ['MQTT-3.1.3-11', 'MQTT-1.5.3-1', 'MQTT-1.5.3-2'],
    bytes: () =>
      BAD_TEXTS.map((text) => rawConnect({ flags: CLEAN | USER_NAME, fields: ['x', hex(text)] })),
  },
  {
    name: 'CONNECT with a will topic that is empty or has wildcards closes the connection',
    clauses: ['MQTT-4.7.1-1', 'MQTT-4.7.3-1'],
    bytes: () =>
      ['', '#', '+', 'a/#', 'a/+/b', 'a+', 'a#b'].map((topic) =>
        rawConnect({ flags: CLEAN | WILL, fields: ['x', topic, 'm'] }),
      ),
  },
];

export const connectMalformedChapter: Chapter = {
  name: 'connect-malformed',
  title: 'CONNECT packets that do not conform (3.1)',
  tests: CASES.map((row) =>
    malformed({
      ...row,
      clauses: [...row.clauses, 'MQTT-3.1.4-1', 'MQTT-3.2.2-6'],
      after: 'nothing',
    }),
  ),
};
