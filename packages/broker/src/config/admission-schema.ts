import { z } from 'zod';
import { PACKET_BYTES_MAX } from '@magpie/protocol';
import { parseNetwork } from '../model/network.js';
import { integer } from './schema-parts.js';

/** The shape of `bans` and `clients` in magpie.yaml. */

const TEXT = 'a text that is not empty';
const text = z.string(TEXT).min(1, TEXT);
const ADDRESS = 'an address, or a network such as 192.0.2.0/24';
const TIME = 'a time such as 2030-01-31T12:00:00Z';

/** A value of `clientPacketBytesMax`, wherever it can be set. */
export const packetBytes = integer(
  64,
  PACKET_BYTES_MAX,
  `an integer from 64 to ${PACKET_BYTES_MAX} (bytes)`,
);

export const banSchema = z
  .strictObject(
    {
      clientId: text.optional().describe('The client identifier that is banned.'),
      username: text.optional().describe('The user that is banned.'),
      address: z
        .string(ADDRESS)
        .refine((given) => parseNetwork(given) !== undefined, ADDRESS)
        .optional()
        .describe('The address or network that is banned, e.g. `192.0.2.0/24`.'),
      until: z.iso
        .datetime({ offset: true, error: TIME })
        .optional()
        .describe('When it ends, e.g. `2030-01-31T12:00:00Z`. Default: never.'),
      reason: text.optional().describe('For whoever reads the list.'),
    },
    'a table of keys',
  )
  .refine(
    ({ clientId, username, address }) =>
      [clientId, username, address].filter((one) => one !== undefined).length === 1,
    'a ban that names one of clientId, username and address',
  );

export const clientSchema = z.strictObject(
  {
    clientIdPrefix: text
      .optional()
      .describe('It holds for clients whose identifiers begin so. Default: all.'),
    username: text.optional().describe('It holds for clients of this user. Default: all.'),
    packetBytesMax: packetBytes.describe(
      'Largest packet that they are sent, in bytes; see `clientPacketBytesMax`.',
    ),
  },
  'a table of keys',
);
