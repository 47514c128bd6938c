/** Where values lie on an axis. */
export interface Scale {
  /** From 0, the beginning of the axis, to 1, its end. What is outside is put to the edge. */
  readonly place: (value: number) => number;
  /** Values that are written beside the axis. */
  readonly ticks: readonly number[];
}

/** From `from` to `to` or, with `round`, to the next value that is a tick. */
export function linearScale(from: number, to: number, { round = false } = {}): Scale {
  const step = stepOf(Math.max(to - from, Number.MIN_VALUE));
  const count = Math.ceil((to - from) / step - 1e-9);
  const end = to <= from ? from + 1 : round ? from + count * step : to;
  const ticks = Array.from({ length: count + 1 }, (_, at) => cut(from + at * step));
  return {
    place: (value) => inside((value - from) / (end - from)),
    ticks: to <= from ? [from] : ticks.filter((tick) => tick <= end * (1 + 1e-9)),
  };
}

/** Whole powers of ten around `min` and `max`, both above 0; with steps between if they are few. */
export function logScale(min: number, max: number): Scale {
  const from = Math.floor(Math.log10(min) + 1e-9);
  const to = Math.max(from + 1, Math.ceil(Math.log10(max) - 1e-9));
  const between = to - from <= 2 ? [1, 2, 5] : [1];
  const ticks = Array.from({ length: to - from + 1 }, (_, at) => 10 ** (from + at))
    .flatMap((power) => between.map((factor) => cut(power * factor)))
    .filter((tick) => tick <= 10 ** to * (1 + 1e-9));
  return { place: (value) => inside((Math.log10(value) - from) / (to - from)), ticks };
}

/** 1, 2 or 5 times a power of ten, so that there are three to seven of them. */
function stepOf(span: number): number {
  const power = 10 ** Math.floor(Math.log10(span / 5));
  const factor = [1, 2, 5].find((one) => span / (one * power) <= 7) ?? 10;
  return factor * power;
}

function inside(place: number): number {
  return Math.min(1, Math.max(0, Number.isNaN(place) ? 0 : place));
}

/** Without what binary fractions add to `0.1 * 3`. */
function cut(value: number): number {
  return Number(value.toPrecision(12));
}
