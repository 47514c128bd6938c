import { ClientError } from '@magpie/client';
import { type Capability, tried, unknown } from './capability.js';
import { Echo } from './echo.js';
import { findLimit, type Limit } from './find-limit.js';
import { connectAs, type Survey } from './survey.js';

/** Is there a need for a client identifier, and how long may it be? */
export async function probeIdentifiers(survey: Survey): Promise<readonly Capability[]> {
  const empty = await accepts(survey, '');
  const longest = await findLimit(ID_BYTES, STRING_BYTES_MAX, (bytes) =>
    accepts(survey, survey.idPrefix.padEnd(bytes, 'x')),
  );
  return [tried('client-id-empty', empty), limited('client-id-bytes', longest)];
}

/** How long may topics be, and how deep? */
export async function probeTopics(survey: Survey): Promise<readonly Capability[]> {
  const echo = new Echo(survey, 'names');
  const root = `${survey.root}/names/`;
  const arrives = async (topic: string) => (await echo.send(topic)) === 'arrived';
  try {
    if (!(await arrives(`${root}x`))) {
      return TOPIC_CODES.map((code) => unknown(code, 'no message came back'));
    }
    const bytes = await findLimit(root.length + 1, STRING_BYTES_MAX, (length) =>
      arrives(root.padEnd(length, 'x')),
    );
    const above = root.split('/').length - 1;
    const levels = await findLimit(above + 1, LEVELS_MAX, (count) =>
      arrives(`${root}${'x/'.repeat(count - above - 1)}x`),
    );
    return [limited('topic-bytes', bytes), limited('topic-levels', levels)];
  } finally {
    await echo.close();
  }
}

/** A limit that the standard itself sets is the whole truth. */
function limited(code: Capability['code'], { value, atLeast }: Limit): Capability {
  return { ...tried(code, value), atLeast: atLeast && value < STRING_BYTES_MAX };
}

async function accepts(survey: Survey, clientId: string): Promise<boolean> {
  try {
    const client = await connectAs(survey, '', { clientId });
    await client.end();
    return true;
  } catch (error) {
    if (error instanceof ClientError) return false;
    throw error;
  }
}

/** What every server has to allow (MQTT-3.1.3-5). */
const ID_BYTES = 23;
/** The length of a text has two bytes (MQTT 3.1.1, 1.5.3). */
const STRING_BYTES_MAX = 65_535;
const LEVELS_MAX = 1024;
const TOPIC_CODES = ['topic-bytes', 'topic-levels'] as const;
