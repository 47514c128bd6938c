import { z } from 'zod';
import { meteredProblem } from '../model/metrics-options.js';
import { isHost } from './host-address.js';

/** What the schemas of magpie.yaml are made of. A message says only what is wanted. */

export function integer(min: number, max: number, wanted: string) {
  return z.int(wanted).min(min, wanted).max(max, wanted);
}

/** Whether the system can be asked for it at all; what is there is looked at when it is opened. */
export function isPath(text: string): boolean {
  return text !== '' && !text.includes('\0');
}

export const port = integer(0, 65_535, 'an integer from 0 to 65535');
export const host = z
  .string('a host name or an IP address')
  .refine(isHost, 'a host name or an IP address, without a port');
export const boolean = z.boolean('true or false');
export const file = z.string('the path of a file').refine(isPath, 'the path of a file');
export const meteredTopic = z
  .string('a topic filter')
  .refine((filter) => meteredProblem(filter) === undefined, 'a topic filter, without $share');
