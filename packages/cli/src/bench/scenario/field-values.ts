import type { SeededRandom } from '../seeded-random.js';
import type { FieldPlan } from './field-schemas.js';

export type FieldValue = string | number | boolean | null;

/** The moment that a message is due. */
export interface Moment {
  /** Since the load began, in s. */
  readonly sinceS: number;
  /** Since 1970, in ms. */
  readonly unixMs: number;
}

/** Gives the value of a field, one after the other: the same ones for the same random numbers. */
export type FieldValues = (moment: Moment) => FieldValue;

/** @param expand Puts the names of the device into a text. */
export function fieldValues(
  field: FieldPlan,
  random: SeededRandom,
  expand: (template: string) => string,
): FieldValues {
  switch (field.type) {
    case 'constant':
      return () => field.value;
    case 'counter':
      return counter(field);
    case 'int':
      return () => field.min + Math.floor(random.next() * (field.max - field.min + 1));
    case 'float':
      return () => bounded(random.within(field.min, field.max), field);
    case 'walk':
      return walk(field, random);
    case 'choice':
      return choice(field, random);
    case 'time':
      return ({ unixMs }) => timeText(unixMs, field.format ?? 'ms');
    case 'sine':
      return sine(field, random);
    case 'text': {
      const { length = 0, text } = field;
      if (text === undefined) return () => letters(length, random);
      const expanded = expand(text);
      return () => expanded;
    }
    case 'uuid':
      return () => uuid(random);
    case 'bool':
    default:
      return () => random.next() < (field.share ?? 0.5);
  }
}

type Field<Type extends FieldPlan['type']> = Extract<FieldPlan, { type: Type }>;

function counter({ start = 0, step = 1 }: Field<'counter'>): FieldValues {
  let next = start;
  return () => {
    const value = next;
    next += step;
    return value;
  };
}

function walk(field: Field<'walk'>, random: SeededRandom): FieldValues {
  const { min, max, step } = field;
  let at: number | undefined;
  return () => {
    if (at === undefined) at = field.start ?? random.within(min, max);
    else {
      const to = at + random.within(-step, step);
      // Thrown back by a wall, and never out of both.
      const inside = to < min ? 2 * min - to : to > max ? 2 * max - to : to;
      at = Math.min(max, Math.max(min, inside));
    }
    return bounded(at, field);
  };
}

function choice({ of, weights }: Field<'choice'>, random: SeededRandom): FieldValues {
  const bounds: number[] = [];
  let sum = 0;
  for (const [at] of of.entries()) bounds.push((sum += weights?.[at] ?? 1));
  return () => {
    const drawn = random.next() * sum;
    return of[bounds.findIndex((bound) => drawn < bound)] ?? of[0]!;
  };
}

function sine(field: Field<'sine'>, random: SeededRandom): FieldValues {
  const { min, max, period = 86_400, phase = 0, noise = 0 } = field;
  return ({ sinceS }) => {
    const turn = Math.sin(2 * Math.PI * (sinceS / period + phase));
    const value = min + ((max - min) * (1 + turn)) / 2;
    return rounded(noise === 0 ? value : value + random.within(-noise, noise), field);
  };
}

function timeText(unixMs: number, format: 'ms' | 's' | 'iso'): FieldValue {
  if (format === 'iso') return new Date(unixMs).toISOString();
  return format === 's' ? Math.floor(unixMs / 1000) : Math.round(unixMs);
}

function letters(length: number, random: SeededRandom): string {
  let text = '';
  while (text.length < length) text += LETTERS[random.uint32() % LETTERS.length]!;
  return text;
}

function uuid(random: SeededRandom): string {
  const bytes = Buffer.alloc(16);
  for (let at = 0; at < 16; at += 4) bytes.writeUInt32BE(random.uint32(), at);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return [...parts, hex.slice(20)].join('-');
}

/** Rounded, and not beyond the bounds, which may have more digits. */
function bounded(value: number, field: Field<'float'> | Field<'walk'>): number {
  return Math.min(field.max, Math.max(field.min, rounded(value, field)));
}

function rounded(
  value: number,
  { decimals = 2 }: { readonly decimals?: number | undefined },
): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor + 0; // never -0
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
