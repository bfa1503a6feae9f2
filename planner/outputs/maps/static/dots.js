// @ts-check
import { packed } from "./colouring.js";

/** The accounts of a map, one dot each: painted into the bytes of a picture, for there may be very many. */

/**
 * @typedef {import("./renderer.js").TerritoryMap} TerritoryMap
 * @typedef {import("./renderer.js").Side} Side
 */

const BRIGHT = 236, DIM = 40;

function blankLayer() { return { canvas: document.createElement("canvas"), picture: null, key: "", colours: null }; }

export class Dots {
  /** @param {TerritoryMap} map */
  constructor(map) {
    this.map = map;
    /** @type {Record<Side, Uint32Array|null>} */
    this.paints = { proposed: null, today: null };
    /** Dots as they were painted last. @type {Record<Side, {canvas: HTMLCanvasElement, picture: ImageData|null, key: string, colours: Uint32Array|null}>} */
    this.layers = { proposed: blankLayer(), today: blankLayer() };
  }

  /** Work the colours out again when they are painted next. */
  refresh() { this.paints = { proposed: null, today: null }; }

  /** The dots' colours as numbers in the index's order, 0 where one is hidden. @param {Side} side */
  #colours(side) {
    const known = this.paints[side];
    if (known) return known;
    const { map } = this, { points } = map.index, found = new Uint32Array(points.length), bright = new Map(), dim = new Map();
    for (let at = 0; at < points.length; at++) {
      const i = points[at];
      if (!map.shown(i)) continue;
      const faint = map.selected >= 0 && map.data.proposed[i] !== map.selected && map.data.today[i] !== map.selected;
      const cache = faint ? dim : bright, colour = map.colouring.point(i, side);
      let number = cache.get(colour);
      if (number === undefined) cache.set(colour, number = packed(colour, faint ? DIM : BRIGHT));
      found[at] = number;
    }
    this.paints[side] = found;
    return found;
  }

  /** Dots go straight into a picture's bytes, which is kept as long as it would stay the same. @param {CanvasRenderingContext2D} context @param {Side} side */
  paint(context, side) {
    const { view, width, height, ratio } = this.map, colours = this.#colours(side), layer = this.layers[side];
    const size = Math.max(1, Math.round(this.map.pointSize() * ratio));
    const key = [view.x, view.y, view.scale, width, height, ratio, size].join();
    if (layer.key !== key || layer.colours !== colours) {
      const wide = Math.ceil(width * ratio), high = Math.ceil(height * ratio);
      if (layer.canvas.width !== wide || layer.canvas.height !== high || !layer.picture) {
        layer.canvas.width = wide; layer.canvas.height = high;
        layer.picture = new ImageData(wide, high);
      }
      this.#fill(new Uint32Array(layer.picture.data.buffer), wide, high, size, colours);
      /** @type {CanvasRenderingContext2D} */ (layer.canvas.getContext("2d")).putImageData(layer.picture, 0, 0);
      layer.key = key; layer.colours = colours;
    }
    context.drawImage(layer.canvas, 0, 0, width, height);
  }

  /** @param {Uint32Array} pixels @param {number} wide @param {number} high @param {number} size @param {Uint32Array} colours */
  #fill(pixels, wide, high, size, colours) {
    const { index: { xs, ys }, view, ratio } = this.map, scale = view.scale * ratio, half = size / 2 - 0.5;
    const x0 = view.x, y0 = view.y, count = xs.length;
    pixels.fill(0);
    // In the order of the index, so that what lies together is read and written together.
    for (let at = 0; at < count; at++) {
      const colour = colours[at];
      if (colour === 0) continue;
      const left = Math.floor((xs[at] - x0) * scale - half), top = Math.floor((ys[at] - y0) * scale - half);
      if (left <= -size || left >= wide || top <= -size || top >= high) continue;
      const first = left < 0 ? 0 : left, last = left + size > wide ? wide : left + size;
      const bottom = top + size > high ? high : top + size;
      for (let row = top < 0 ? 0 : top; row < bottom; row++) {
        for (let pixel = row * wide + first, end = row * wide + last; pixel < end; pixel++) pixels[pixel] = colour;
      }
    }
  }
}
