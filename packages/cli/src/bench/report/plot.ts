import { html, type Markup } from './markup.js';
import type { Scale } from './scale.js';

export interface Axis {
  readonly scale: Scale;
  /** What it is of, with its unit. */
  readonly label: string;
  /** A value as it is written beside the axis. */
  readonly text: (value: number) => string;
}

export interface PlotLine {
  readonly label: string;
  /** From 1 to {@link COLORS}. */
  readonly color: number;
  /** In the order of `x`; without `y` the line has a gap. */
  readonly points: readonly PlotPoint[];
}

export interface PlotPoint {
  readonly x: number;
  readonly y: number | undefined;
}

/** A part of the x axis. */
export interface PlotRange {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

export interface Plot {
  readonly title: string;
  readonly note: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly PlotLine[];
  /** What is shaded, with its name above. */
  readonly shades: readonly PlotRange[];
  /** What the pointer can stand on: the label is shown there. */
  readonly columns: readonly PlotRange[];
}

/** How many colours the style of the page has. */
export const COLORS = 5;

/** A figure with a legend: inline SVG, which grows with the page and takes its colours from it. */
export function plotFigure(plot: Plot): Markup {
  const { title, note, lines } = plot;
  const legend = lines.map(
    ({ label, color }) => html`<li><i class="k c${color}"></i>${label}</li>`,
  );
  return html`<figure>
<figcaption><h3>${title}</h3><p>${note}</p></figcaption>
<ul class="legend">${legend}</ul>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
${shadesOf(plot)}${gridOf(plot)}${linesOf(plot)}${columnsOf(plot)}
</svg>
</figure>
`;
}

function gridOf({ x, y }: Plot): Markup[] {
  const bottom = TOP + INNER_HEIGHT;
  return [
    ...y.scale.ticks.map((tick) => {
      const at = placeY(y, tick);
      return html`<line class="grid" x1="${LEFT}" x2="${LEFT + INNER_WIDTH}" y1="${at}" y2="${at}"/>
<text class="ty" x="${LEFT - 8}" y="${at + 4}">${y.text(tick)}</text>
`;
    }),
    ...x.scale.ticks.map((tick) => {
      const at = placeX(x, tick);
      return html`<line class="tick" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 5}"/>
<text class="tx" x="${at}" y="${bottom + 20}">${x.text(tick)}</text>
`;
    }),
    html`<text class="axis" x="${LEFT + INNER_WIDTH / 2}" y="${HEIGHT - 4}">${x.label}</text>
<text class="axis" transform="translate(13 ${TOP + INNER_HEIGHT / 2}) rotate(-90)">${y.label}</text>
`,
  ];
}

function shadesOf({ x, shades }: Plot): Markup[] {
  return shades.map(({ from, to, label }) => {
    const left = placeX(x, from);
    const width = rounded(placeX(x, to) - left);
    const name = html`<text class="sh" x="${left + 6}" y="${TOP + 14}">${label}</text>`;
    return html`<rect class="shade" ${boxOf(left, width)}/>
${width > LABEL_WIDTH ? name : ''}`;
  });
}

function linesOf({ x, y, lines }: Plot): Markup[] {
  return lines.map(({ points, color }) => {
    const steps: string[] = [];
    let pen = 'M';
    for (const point of points) {
      if (point.y === undefined) {
        pen = 'M';
        continue;
      }
      const place = `${placeX(x, point.x)} ${placeY(y, point.y)}`;
      // A line of no length is a dot: a point between two gaps is seen, too.
      steps.push(pen === 'M' ? `M${place}h0` : `L${place}`);
      pen = 'L';
    }
    return html`<path class="line c${color}" d="${steps.join('')}"/>
`;
  });
}

function columnsOf({ x, columns }: Plot): Markup[] {
  return columns.map(({ from, to, label }) => {
    const left = placeX(x, from);
    const width = rounded(placeX(x, to) - left);
    return html`<rect class="col" ${boxOf(left, width)}>
<title>${label}</title></rect>
`;
  });
}

/** From top to bottom. */
function boxOf(left: number, width: number): Markup {
  return html`x="${left}" y="${TOP}" width="${width}" height="${INNER_HEIGHT}"`;
}

function placeX({ scale }: Axis, value: number): number {
  return rounded(LEFT + scale.place(value) * INNER_WIDTH);
}

function placeY({ scale }: Axis, value: number): number {
  return rounded(TOP + (1 - scale.place(value)) * INNER_HEIGHT);
}

function rounded(place: number): number {
  return Math.round(place * 10) / 10;
}

const WIDTH = 880;
const HEIGHT = 300;
const LEFT = 74;
const TOP = 10;
const INNER_WIDTH = WIDTH - LEFT - 18;
const INNER_HEIGHT = HEIGHT - TOP - 48;
/** Of the name of a shade. */
const LABEL_WIDTH = 70;
