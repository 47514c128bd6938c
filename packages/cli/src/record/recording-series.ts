import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

/**
 * The files of a recording that begins new ones by size or time:
 *
 *     plant.rec  →  plant-20260131T080509Z-000001.rec
 *                   plant-20260131T090509Z-000002.rec
 *
 * Neither the time at which a file was begun (UTC) nor its number goes back, also where the clock
 * does or another run goes on: sorted by their names, they are in the order of their messages.
 */
export interface SeriesName {
  /** The name without time and number: that of the recording, or of a file outside of any. */
  readonly recording: string;
  /** `20260131T080509Z`; empty: the file is not one of several. */
  readonly time: string;
  readonly number: number;
}

/** @param name Of a file, without its folder. */
export function seriesName(name: string): SeriesName {
  const { stem, extension } = partsOf(name);
  const [, begin, time = '', digits = ''] = NUMBERED.exec(stem) ?? [];
  if (begin === undefined) return { recording: name, time: '', number: 0 };
  return { recording: begin + extension, time, number: Number(digits) };
}

/** For sorting: recordings by name, the files of one in the order of their messages. */
export function compareSeriesNames(a: string, b: string): number {
  const [one, other] = [seriesName(a), seriesName(b)];
  return (
    compared(one.recording, other.recording)
    || compared(one.time, other.time)
    || one.number - other.number
  );
}

/**
 * The files of a recording, the oldest first.
 *
 * @param path As it was given to the recorder: `folder/plant.rec`.
 */
export async function seriesFiles(path: string): Promise<string[]> {
  const folder = dirname(path);
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .filter((name) => isOf(path, name))
    .toSorted(compareSeriesNames)
    .map((name) => join(folder, name));
}

/** The file behind the last one. @param last `undefined`: there is none yet. */
export function nextInSeries(path: string, last: string | undefined, nowMs: number): string {
  const { stem, extension } = partsOf(basename(path));
  const before = last === undefined ? { time: '', number: 0 } : seriesName(basename(last));
  const now = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const time = now > before.time ? now : before.time;
  const number = String(before.number + 1).padStart(NUMBER_DIGITS, '0');
  return join(dirname(path), `${stem}-${time}-${number}${extension}`);
}

/** When a file of a recording was begun, by its name, in ms since 1970. */
export function seriesBegunAtMs(path: string): number {
  const { time } = seriesName(basename(path));
  return Date.parse(time.replace(TIME, '$1-$2-$3T$4:$5:$6Z'));
}

function isOf(path: string, name: string): boolean {
  const { recording, time } = seriesName(name);
  return time !== '' && recording === basename(path);
}

function partsOf(name: string): { readonly stem: string; readonly extension: string } {
  const extension = extname(name);
  return { stem: name.slice(0, name.length - extension.length), extension };
}

function compared(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const NUMBER_DIGITS = 6;
const NUMBERED = /^(.*)-(\d{8}T\d{6}Z)-(\d{6,15})$/s;
const TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
