import type { Random } from '../random.js';

/** What lies in a directory, by name. */
export type Files = Map<string, Buffer>;

/** Does something to files that no program of ours does. @returns What it was, for people. */
type Damage = (files: Files, random: Random) => string;

/** Changes the files of a store at random: one damage, or two. */
export function damageAtRandom(files: Files, random: Random): string {
  const done = [pick(random, DAMAGES)(files, random)];
  if (random.chance(TWICE)) done.push(pick(random, DAMAGES)(files, random));
  return done.join('; ');
}

const DAMAGES: readonly Damage[] = [
  (files, random) => flip(files, random, 1),
  (files, random) => flip(files, random, 1),
  (files, random) => flip(files, random, random.between(2, 50)),
  flipInMeta,
  flipInHead,
  scribble,
  zero,
  zero,
  swapPages,
  copyPage,
  truncate,
  extend,
  removeFiles,
  emptyFile,
  scribbleOverSmallFile,
];

function flip(files: Files, random: Random, count: number): string {
  const data = dataOf(files);
  const places: number[] = [];
  for (let flipped = 0; flipped < count && data.length > 0; flipped++) {
    const at = random.between(0, data.length - 1);
    data[at]! ^= 1 << random.between(0, 7);
    places.push(at);
  }
  return `flip a bit of byte ${places.slice(0, 5).join(', ')}${count > 5 ? ' …' : ''}`;
}

/** In what LMDB knows of its newest transactions. */
function flipInMeta(files: Files, random: Random): string {
  const at = random.between(0, 1) * PAGE + random.between(0, META_BYTES - 1);
  return flipAt(dataOf(files), at, random);
}

/** In the head of a page, or where it says where its records are. */
function flipInHead(files: Files, random: Random): string {
  const data = dataOf(files);
  const page = random.between(0, Math.max(0, Math.floor(data.length / PAGE) - 1));
  return flipAt(data, page * PAGE + random.between(0, HEAD_BYTES - 1), random);
}

function flipAt(data: Buffer, at: number, random: Random): string {
  if (at < data.length) data[at]! ^= 1 << random.between(0, 7);
  return `flip a bit of byte ${at}`;
}

function scribble(files: Files, random: Random): string {
  const data = dataOf(files);
  const at = random.between(0, Math.max(0, data.length - 1));
  const bytes = random.between(1, 64);
  for (let each = at; each < Math.min(at + bytes, data.length); each++) {
    data[each] = random.between(0, 255);
  }
  return `write ${bytes} bytes at ${at}`;
}

function zero(files: Files, random: Random): string {
  const data = dataOf(files);
  const size = random.chance(0.5) ? PAGE : SECTOR;
  const at = random.between(0, Math.floor(data.length / size)) * size;
  data.fill(0, Math.min(at, data.length), Math.min(at + size, data.length));
  return `zero ${size} bytes at ${at}`;
}

function swapPages(files: Files, random: Random): string {
  const [data, one, other] = twoPages(files, random);
  const kept = Buffer.from(data.subarray(one * PAGE, (one + 1) * PAGE));
  data.copy(data, one * PAGE, other * PAGE, (other + 1) * PAGE);
  kept.copy(data, other * PAGE);
  return `swap pages ${one} and ${other}`;
}

function copyPage(files: Files, random: Random): string {
  const [data, one, other] = twoPages(files, random);
  data.copy(data, one * PAGE, other * PAGE, (other + 1) * PAGE);
  return `write page ${other} over page ${one}`;
}

function truncate(files: Files, random: Random): string {
  const data = dataOf(files);
  const size = random.between(0, data.length);
  const kept = random.chance(0.5) ? size : size - (size % PAGE);
  files.set(DATA, Buffer.from(data.subarray(0, kept)));
  return `cut data.mdb off at ${kept}`;
}

function extend(files: Files, random: Random): string {
  const more = Buffer.alloc(random.between(1, 3 * PAGE), random.between(0, 255));
  files.set(DATA, Buffer.concat([dataOf(files), more]));
  return `add ${more.length} bytes`;
}

function removeFiles(files: Files, random: Random): string {
  const gone = [...files.keys()].filter(() => random.chance(0.5));
  for (const name of gone) files.delete(name);
  return `remove ${gone.join(', ') || 'nothing'}`;
}

function emptyFile(files: Files, random: Random): string {
  const name = pick(random, [...files.keys(), DATA]);
  files.set(name, Buffer.alloc(0));
  return `empty ${name}`;
}

function scribbleOverSmallFile(files: Files, random: Random): string {
  const name = pick(random, ['lock.mdb', 'magpie-store']);
  const bytes = Buffer.alloc(random.between(1, 3 * PAGE));
  for (let at = 0; at < bytes.length; at++) bytes[at] = random.between(0, 255);
  files.set(name, bytes);
  return `write ${bytes.length} bytes in place of ${name}`;
}

function twoPages(files: Files, random: Random): [data: Buffer, one: number, other: number] {
  const data = dataOf(files);
  const last = Math.max(0, Math.floor(data.length / PAGE) - 1);
  return [data, random.between(0, last), random.between(0, last)];
}

function dataOf(files: Files): Buffer {
  return files.get(DATA) ?? Buffer.alloc(0);
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.between(0, from.length - 1)]!;
}

const DATA = 'data.mdb';
const PAGE = 4096;
const SECTOR = 512;
const META_BYTES = 200;
const HEAD_BYTES = 40;
/** How often there are two damages. */
const TWICE = 0.2;
