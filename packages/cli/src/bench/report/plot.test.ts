import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Plot, plotFigure } from './plot.js';
import { linearScale } from './scale.js';

const axis = { scale: linearScale(0, 10), label: 'l', text: String };
const plot: Plot = {
  title: 'T <1>',
  note: '',
  x: axis,
  y: axis,
  lines: [],
  shades: [],
  columns: [],
};
const pathOf = (ys: readonly (number | undefined)[]) => {
  const points = ys.map((y, x) => ({ x, y }));
  const { text } = plotFigure({ ...plot, lines: [{ label: 'a & b', color: 2, points }] });
  assert.match(text, /<i class="k c2"><\/i>a &#38; b</);
  return / d="([^"]*)"/.exec(text)?.[1];
};

test('plotFigure() draws lines from the lower left to the upper right, with gaps', () => {
  assert.equal(pathOf([0, 10]), 'M74 252h0L152.8 10');
  assert.equal(pathOf([0, undefined, 10]), 'M74 252h0M231.6 10h0');
  assert.equal(pathOf([undefined]), '');
});

test('plotFigure() names axes, ticks and what is shaded, and says what is pointed at', () => {
  const range = { from: 2, to: 6, label: '<warm-up>' };
  const { text } = plotFigure({ ...plot, shades: [range], columns: [range] });
  assert.match(text, /aria-label="T &#60;1&#62;"/);
  assert.equal(text.match(/class="ty"/g)?.length, axis.scale.ticks.length);
  assert.equal(text.match(/class="tx"/g)?.length, axis.scale.ticks.length);
  assert.match(text, /class="sh"[^>]*>&#60;warm-up&#62;</);
  assert.match(text, /<title>&#60;warm-up&#62;<\/title>/);
});

test('plotFigure() leaves out a name that has no room', () => {
  const { text } = plotFigure({ ...plot, shades: [{ from: 0, to: 0.2, label: 'connect' }] });
  assert.match(text, /class="shade"/);
  assert.doesNotMatch(text, /connect/);
});
