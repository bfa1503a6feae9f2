// @ts-check
import { PointIndex, Shape, UNPLACED, kilometres, project } from "./geometry.js";
import { PALETTE, chooseColours, packed } from "./colouring.js";
import { listen } from "./gestures.js";
import { Tiles } from "./tiles.js";

/**
 * A map of territories and accounts on a 2D canvas: no library, no WebGL, no network.
 * The one-file map and the review application draw with it.
 *
 * @typedef {import("./geometry.js").View} View
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {"proposed"|"today"} Side
 * @typedef {{account: number, territory: number}} Hit
 *
 * @typedef {Object} Territory
 * @property {string} id
 * @property {string} rep
 * @property {number} group
 * @property {number} colour
 * @property {[number, number]|null} home longitude and latitude
 * @property {{proposed: number[][][][]|null, today: number[][][][]|null}} shape multipolygons
 *
 * @typedef {Object} MapData
 * @property {Territory[]} territories
 * @property {any[]} measures
 * @property {ArrayLike<number>} lon hundred-thousandths of a degree; null or UNPLACED without a place
 * @property {ArrayLike<number>} lat
 * @property {ArrayLike<number>} proposed territory of each account, -1 none
 * @property {ArrayLike<number>} today
 * @property {ArrayLike<number>} flags 1 moved, 2 held
 * @property {[number, number, string][]} places
 * @property {number[][][][]} [borders] the user's own units, in the background
 * @property {{land: number[][][][], countries: number[][][], states: number[][][]}} [outlines] what lies behind all
 */

const TAU = Math.PI * 2;
const FAR = 6e7, NEAR = 200;
const BRIGHT = 236, DIM = 40;
const CROWDED = 60;
const MARKS = 3000;
const ROUND_KM = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];

function blankLayer() { return { canvas: document.createElement("canvas"), picture: null, key: "", colours: null }; }

/** The map itself. It tells what is hovered, chosen and drawn around by `onhover`, `onselect` and `onlasso`. */
export class TerritoryMap {
  /** @param {HTMLCanvasElement} canvas @param {MapData} data */
  constructor(canvas, data) {
    this.canvas = canvas;
    this.data = data;
    this.#place();
    this.index = new PointIndex(this.x, this.y);
    /** @type {{proposed: (Shape|null)[], today: (Shape|null)[]}} */
    this.shapes = { proposed: [], today: [] };
    this.setShapes("proposed", data.territories.map((t) => t.shape.proposed));
    this.setShapes("today", data.territories.map((t) => t.shape.today));
    this.homes = data.territories.map((t) => (t.home ? project(t.home[0], t.home[1]) : null));
    this.places = data.places.map(([lon, lat, name]) => ({ at: project(lon, lat), name }));
    this.borders = (data.borders ?? []).map((border) => new Shape([border]));
    const { land = [], countries = [], states = [] } = data.outlines ?? {};
    this.land = land.map((polygon) => new Shape([polygon]));
    this.frontiers = [...countries.map((line) => ({ line: new Shape([[line]]), strength: 0.5 })), ...states.map((line) => ({ line: new Shape([[line]]), strength: 0.2 }))];
    /** @type {"proposed"|"today"|"swipe"} */
    this.mode = "proposed";
    /** @type {"pan"|"lasso"} */
    this.tool = "pan";
    this.swipe = 0.5;
    this.group = -1;
    this.selected = -1;
    this.hovered = -1;
    this.found = -1;
    this.showPoints = true;
    this.showHomes = true;
    this.aiming = false;
    /** @type {Point[]} */
    this.lasso = [];
    /** Accounts that are marked, such as those a lasso took. @type {Set<number>} */
    this.marked = new Set();
    /** Which accounts a filter leaves; null shows all. @type {Uint8Array|null} */
    this.filter = null;
    /** @type {Tiles|null} */
    this.tiles = null;
    this.colouring = chooseColours(data, "territory");
    /** @type {Record<Side, Uint32Array|null>} */
    this.paints = { proposed: null, today: null };
    /** Points as they were painted last. @type {Record<Side, {canvas: HTMLCanvasElement, picture: ImageData|null, key: string, colours: Uint32Array|null}>} */
    this.layers = { proposed: blankLayer(), today: blankLayer() };
    /** @type {(hit: Hit, x: number, y: number) => void} */
    this.onhover = () => {};
    /** @type {(hit: Hit) => void} */
    this.onselect = () => {};
    /** @type {(accounts: number[], add: boolean) => void} */
    this.onlasso = () => {};
    /** How long the last picture took, milliseconds. */
    this.took = 0;
    /** @type {View} */
    this.view = { x: 0, y: 0, scale: 1 };
    this.width = 800; this.height = 600; this.ratio = 1;
    this.queued = false;
    listen(this);
    this.resize();
    this.fit();
  }

  #place() {
    const { lon, lat, proposed, today, territories } = this.data;
    const count = lon.length;
    this.x = new Float64Array(count); this.y = new Float64Array(count);
    this.groupOf = new Int16Array(count);
    for (let i = 0; i < count; i++) {
      const placed = lon[i] !== null && lon[i] !== UNPLACED;
      [this.x[i], this.y[i]] = placed ? project(lon[i] / 1e5, lat[i] / 1e5) : [NaN, NaN];
      const holder = proposed[i] >= 0 ? proposed[i] : today[i];
      this.groupOf[i] = holder >= 0 ? territories[holder].group : 0;
    }
  }

  /** @param {Side} side @param {(number[][][][]|null)[]} shapes */
  setShapes(side, shapes) { this.shapes[side] = shapes.map((shape) => (shape ? new Shape(shape) : null)); }

  /** @param {string} address */
  useTiles(address) { this.tiles = address ? new Tiles(address, () => this.draw()) : null; }

  /** Choose what colours mean. @param {string} choice @returns {[string, string][]} the legend */
  colour(choice) {
    this.colouring = chooseColours(this.data, choice);
    this.refresh();
    return this.colouring.legend;
  }

  /** Work the points' colours out again: after a choice, a filter, or a change of the data. */
  refresh() {
    this.paints = { proposed: null, today: null };
    this.draw();
  }

  /** @param {number} territory */
  colourOf(territory) { return chooseColours(this.data, "territory").area(territory, "proposed") ?? PALETTE[0]; }

  /** @param {number} territory @param {number} [account] */
  select(territory, account = -1) {
    this.selected = territory;
    this.found = account;
    this.refresh();
  }

  /** @param {number} group */
  setGroup(group) { this.group = group; this.refresh(); this.fit(); }

  /** Show everything that the current group holds. */
  fit() {
    const xs = [], ys = [];
    const step = Math.max(1, Math.floor(this.x.length / 20000));
    for (let i = 0; i < this.x.length; i += step) if (this.#shown(i)) { xs.push(this.x[i]); ys.push(this.y[i]); }
    this.homes.forEach((home, t) => { if (home && this.#inGroup(t)) { xs.push(home[0]); ys.push(home[1]); } });
    if (xs.length === 0) { xs.push(0.1, 0.9); ys.push(0.2, 0.7); }
    xs.sort((a, b) => a - b); ys.sort((a, b) => a - b);
    const cut = (/** @type {number[]} */ v, /** @type {number} */ q) => v[Math.min(v.length - 1, Math.floor(q * v.length))];
    const box = [cut(xs, 0.002), cut(ys, 0.002), cut(xs, 0.998), cut(ys, 0.998)];
    const wide = box[2] - box[0], high = box[3] - box[1];
    this.shapes.proposed.forEach((shape, t) => {
      // A shape is shown whole unless one far outlier would shrink all the rest.
      if (!shape || !this.#inGroup(t)) return;
      if (shape.box[1] > box[1] - 0.3 * high) box[1] = Math.min(box[1], shape.box[1]);
      if (shape.box[3] < box[3] + 0.3 * high) box[3] = Math.max(box[3], shape.box[3]);
      if (shape.box[0] > box[0] - 0.3 * wide) box[0] = Math.min(box[0], shape.box[0]);
      if (shape.box[2] < box[2] + 0.3 * wide) box[2] = Math.max(box[2], shape.box[2]);
    });
    this.#fitBox(box);
  }

  /** @param {number} territory */
  fitTerritory(territory) {
    const shape = this.shapes.proposed[territory];
    if (shape && Number.isFinite(shape.box[0])) this.#fitBox(shape.box);
  }

  /** @param {number} account */
  show(account) {
    this.found = account;
    if (Number.isNaN(this.x[account])) { this.draw(); return; }
    this.view.scale = Math.max(this.view.scale, this.width * 40);
    this.view.x = this.x[account] - this.width / 2 / this.view.scale;
    this.view.y = this.y[account] - this.height / 2 / this.view.scale;
    this.draw();
  }

  /** Where an account stands on the canvas. @param {number} account */
  screenOf(account) {
    return { x: (this.x[account] - this.view.x) * this.view.scale, y: (this.y[account] - this.view.y) * this.view.scale };
  }

  /** @param {number[]} box */
  #fitBox(box) {
    const wide = Math.max(1e-4, box[2] - box[0]), high = Math.max(1e-4, box[3] - box[1]);
    this.view.scale = Math.min(this.width / wide, this.height / high) * 0.9;
    this.view.x = (box[0] + box[2]) / 2 - this.width / 2 / this.view.scale;
    this.view.y = (box[1] + box[3]) / 2 - this.height / 2 / this.view.scale;
    this.draw();
  }

  resize() {
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.clientWidth || 800, height = this.canvas.clientHeight || 600;
    if (width === this.width && height === this.height && ratio === this.ratio && this.canvas.width > 300) return;
    // What stands in the middle stays there.
    this.view.x += (this.width - width) / 2 / this.view.scale;
    this.view.y += (this.height - height) / 2 / this.view.scale;
    this.width = width; this.height = height; this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio); this.canvas.height = Math.round(height * ratio);
    this.draw();
  }

  /** @param {number} factor @param {number} x @param {number} y */
  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const scale = Math.max(NEAR, Math.min(FAR, this.view.scale * factor));
    this.view.x += x / this.view.scale - x / scale;
    this.view.y += y / this.view.scale - y / scale;
    this.view.scale = scale;
    this.draw();
  }

  /** @param {number} dx @param {number} dy pixels */
  pan(dx, dy) {
    this.view.x -= dx / this.view.scale;
    this.view.y -= dy / this.view.scale;
    this.draw();
  }

  /** @param {number} share */
  setSwipe(share) { this.swipe = Math.max(0.02, Math.min(0.98, share)); this.draw(); }

  /** @param {boolean} whole whether it was drawn to the end @param {boolean} add to what is marked */
  closeLasso(whole, add) {
    const ring = this.lasso.flatMap((point) => [this.view.x + point.x / this.view.scale, this.view.y + point.y / this.view.scale]);
    this.lasso = [];
    if (whole && ring.length >= 6) this.onlasso(this.index.inside(ring, (i) => this.#shown(i)), add);
    this.draw();
  }

  /** @param {Point|null} point */
  hover(point) {
    const hit = point ? this.hit(point.x, point.y) : { account: -1, territory: -1 };
    if (hit.territory !== this.hovered) { this.hovered = hit.territory; this.draw(); }
    this.onhover(hit, point?.x ?? 0, point?.y ?? 0);
  }

  /** @param {number} px @param {number} py @returns {Hit} */
  hit(px, py) {
    const x = this.view.x + px / this.view.scale, y = this.view.y + py / this.view.scale;
    const side = this.#sideAt(px);
    const account = this.showPoints ? this.index.nearest(x, y, 8 / this.view.scale, (i) => this.#shown(i)) : -1;
    const home = this.homes.findIndex((h, t) => h && this.showHomes && this.#inGroup(t) && Math.hypot(h[0] - x, h[1] - y) * this.view.scale < 9);
    const area = this.shapes[side].findIndex((shape, t) => shape && this.#inGroup(t) && shape.contains(x, y));
    if (home >= 0) return { account: -1, territory: home };
    return { account, territory: account >= 0 ? this.data[side][account] : area };
  }

  /** @param {number} px @returns {Side} */
  #sideAt(px) {
    if (this.mode === "swipe") return px < this.swipe * this.width ? "today" : "proposed";
    return this.mode;
  }

  draw() {
    if (this.queued) return;
    this.queued = true;
    requestAnimationFrame(() => { this.queued = false; this.#paint(); });
  }

  #paint() {
    const began = performance.now();
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const style = getComputedStyle(this.canvas);
    this.ink = style.color; this.paper = style.backgroundColor;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    if (this.tiles) this.tiles.paint(context, this.view, this.width, this.height);
    else this.#paintOutlines(context, style.getPropertyValue("--land").trim() || "#fff");
    if (this.mode === "swipe") {
      const middle = this.swipe * this.width;
      this.#paintSide(context, "today", 0, middle);
      this.#paintSide(context, "proposed", middle, this.width);
      this.#paintDivider(context, middle);
    } else {
      this.#paintSide(context, this.mode, 0, this.width);
    }
    this.#paintLasso(context);
    this.#paintScale(context);
    this.took = performance.now() - began;
  }

  /** @param {CanvasRenderingContext2D} context @param {Side} side @param {number} left @param {number} right */
  #paintSide(context, side, left, right) {
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, this.height);
    context.clip();
    this.#paintBorders(context);
    this.#paintAreas(context, side);
    if (this.showPoints) this.#paintPoints(context, side);
    this.#paintMarks(context);
    if (this.showHomes) this.#paintHomes(context);
    this.#paintNames(context, side);
    context.restore();
  }

  /** Land, and lines between countries and states. @param {CanvasRenderingContext2D} context @param {string} ground */
  #paintOutlines(context, ground) {
    context.fillStyle = ground; context.strokeStyle = this.ink ?? "#222"; context.lineWidth = 0.7;
    for (const shape of this.land) {
      if (this.#outside(shape.box)) continue;
      context.beginPath();
      shape.trace(context, this.view);
      context.fill("evenodd");
    }
    for (const { line, strength } of this.frontiers) {
      if (this.#outside(line.box)) continue;
      context.globalAlpha = strength;
      context.beginPath();
      line.trace(context, this.view, true);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} context */
  #paintBorders(context) {
    context.globalAlpha = 0.35; context.lineWidth = 0.7; context.strokeStyle = this.ink ?? "#222";
    for (const border of this.borders) {
      if (this.#outside(border.box)) continue;
      context.beginPath();
      border.trace(context, this.view);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} context @param {Side} side */
  #paintAreas(context, side) {
    this.shapes[side].forEach((shape, t) => {
      if (!shape || !this.#inGroup(t) || this.#outside(shape.box)) return;
      const path = new Path2D();
      shape.trace(path, this.view);
      const strong = t === this.selected || t === this.hovered;
      const colour = this.colouring.area(t, side);
      context.globalAlpha = strong ? 0.5 : this.selected >= 0 ? 0.14 : 0.28;
      context.fillStyle = colour;
      context.fill(path, "evenodd");
      context.globalAlpha = strong ? 1 : 0.75;
      context.lineWidth = strong ? 2.5 : 1;
      context.strokeStyle = strong ? this.ink ?? "#222" : colour;
      context.stroke(path);
    });
    context.globalAlpha = 1;
  }

  /** @param {number[]} box */
  #outside(box) {
    const right = this.view.x + this.width / this.view.scale, bottom = this.view.y + this.height / this.view.scale;
    return box[2] < this.view.x || box[0] > right || box[3] < this.view.y || box[1] > bottom;
  }

  /** The points' colours as numbers in the index's order, 0 where one is hidden. @param {Side} side */
  #colours(side) {
    const known = this.paints[side];
    if (known) return known;
    const { points } = this.index, found = new Uint32Array(points.length), bright = new Map(), dim = new Map();
    for (let at = 0; at < points.length; at++) {
      const i = points[at];
      if (!this.#shown(i)) continue;
      const faint = this.selected >= 0 && this.data.proposed[i] !== this.selected && this.data.today[i] !== this.selected;
      const cache = faint ? dim : bright, colour = this.colouring.point(i, side);
      let number = cache.get(colour);
      if (number === undefined) cache.set(colour, number = packed(colour, faint ? DIM : BRIGHT));
      found[at] = number;
    }
    this.paints[side] = found;
    return found;
  }

  /** Points go straight into a picture's bytes, which is kept as long as it would stay the same. */
  #paintPoints(context, side) {
    const { view, width, height, ratio } = this, colours = this.#colours(side), layer = this.layers[side];
    const size = Math.max(1, Math.round(this.pointSize() * ratio));
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
    const { xs, ys } = this.index, scale = this.view.scale * this.ratio, half = size / 2 - 0.5;
    const x0 = this.view.x, y0 = this.view.y, count = xs.length;
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

  /** Side of a point's square, pixels: more accounts and a wider view make it smaller. */
  pointSize() {
    const crowd = this.x.length > 40000 ? 0.8 : this.x.length < 3000 ? 1.5 : 1;
    return Math.max(1.5, Math.min(7, 1.6 + Math.log2(this.view.scale / 3000) * 0.55)) * crowd;
  }

  /** @param {CanvasRenderingContext2D} context */
  #paintMarks(context) {
    const size = this.pointSize() + 3;
    context.strokeStyle = this.ink ?? "#222"; context.lineWidth = 1.4;
    // Of very many a square each would cover one another: every so manieth says where they are.
    const step = Math.ceil(this.marked.size / MARKS);
    let number = 0;
    context.beginPath();
    for (const i of this.marked) {
      if (number++ % step) continue;
      const { x, y } = this.screenOf(i);
      if (x > -9 && y > -9 && x < this.width + 9 && y < this.height + 9) context.rect(x - size / 2, y - size / 2, size, size);
    }
    context.stroke();
    if (this.found < 0) return;
    const { x, y } = this.screenOf(this.found);
    context.beginPath();
    context.arc(x, y, size + 4, 0, TAU);
    context.lineWidth = 2.5; context.stroke();
  }

  /** @param {CanvasRenderingContext2D} context */
  #paintHomes(context) {
    const r = this.homes.length > CROWDED ? 4.5 : 7;
    this.homes.forEach((home, t) => {
      if (!home || !this.#inGroup(t)) return;
      const x = (home[0] - this.view.x) * this.view.scale, y = (home[1] - this.view.y) * this.view.scale;
      context.beginPath();
      context.moveTo(x, y - r - 1); context.lineTo(x + r, y); context.lineTo(x + r, y + r); context.lineTo(x - r, y + r); context.lineTo(x - r, y);
      context.closePath();
      context.fillStyle = PALETTE[this.data.territories[t].colour % PALETTE.length]; context.fill();
      context.lineWidth = 1.6; context.strokeStyle = this.paper ?? "#fff"; context.stroke();
      context.lineWidth = 0.7; context.strokeStyle = this.ink ?? "#222"; context.stroke();
    });
  }

  /** Names that do not cover one another: territories first, then places by size. */
  #paintNames(context, side) {
    /** @type {number[][]} */
    const taken = [];
    const write = (text, at, font, alpha) => {
      const x = (at[0] - this.view.x) * this.view.scale, y = (at[1] - this.view.y) * this.view.scale;
      if (x < 0 || y < 0 || x > this.width || y > this.height) return;
      const shown = text.length > 40 ? `${text.slice(0, 39)}…` : text;
      context.font = font;
      const half = context.measureText(shown).width / 2 + 4;
      const box = [x - half, y - 9, x + half, y + 9];
      if (taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) return;
      taken.push(box);
      context.globalAlpha = alpha;
      context.lineWidth = 3; context.strokeStyle = this.paper ?? "#fff"; context.strokeText(shown, x, y);
      context.fillStyle = this.ink ?? "#222"; context.fillText(shown, x, y);
      context.globalAlpha = 1;
    };
    context.textAlign = "center"; context.textBaseline = "middle"; context.lineJoin = "round";
    this.shapes[side].forEach((shape, t) => {
      if (shape && this.#inGroup(t) && (shape.box[2] - shape.box[0]) * this.view.scale > 50) {
        write(this.data.territories[t].rep || this.data.territories[t].id, shape.label, "600 12px system-ui, sans-serif", 1);
      }
    });
    for (const place of this.places) write(place.name, place.at, "11px system-ui, sans-serif", 0.6);
  }

  /** @param {CanvasRenderingContext2D} context @param {number} middle */
  #paintDivider(context, middle) {
    context.fillStyle = this.ink ?? "#222";
    context.fillRect(middle - 1, 0, 2, this.height);
    context.font = "600 12px system-ui, sans-serif"; context.textBaseline = "top";
    context.lineWidth = 3; context.strokeStyle = this.paper ?? "#fff";
    for (const [text, x, align] of /** @type {[string, number, CanvasTextAlign][]} */ ([["Today", middle - 8, "right"], ["Proposed", middle + 8, "left"]])) {
      context.textAlign = align; context.strokeText(text, x, 10); context.fillText(text, x, 10);
    }
  }

  /** @param {CanvasRenderingContext2D} context */
  #paintLasso(context) {
    if (this.aiming) {
      context.fillStyle = this.ink ?? "#222";
      context.fillRect(this.width / 2 - 8, this.height / 2 - 0.75, 16, 1.5);
      context.fillRect(this.width / 2 - 0.75, this.height / 2 - 8, 1.5, 16);
    }
    if (this.lasso.length < 2) return;
    context.beginPath();
    this.lasso.forEach((point, i) => (i ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
    context.closePath();
    context.globalAlpha = 0.12; context.fillStyle = this.ink ?? "#222"; context.fill();
    context.globalAlpha = 1; context.setLineDash([5, 4]); context.lineWidth = 1.5; context.strokeStyle = this.ink ?? "#222"; context.stroke();
    context.setLineDash([]);
  }

  /** @param {CanvasRenderingContext2D} context */
  #paintScale(context) {
    const perPixel = kilometres(this.view.y + this.height / 2 / this.view.scale) / this.view.scale;
    const length = [...ROUND_KM].reverse().find((km) => km / perPixel < this.width / 5);
    if (!length) return;
    const wide = length / perPixel, x = this.width - wide - 14, y = this.height - (this.mode === "swipe" ? 48 : 12);
    context.lineWidth = 1.5; context.strokeStyle = this.ink ?? "#222";
    context.beginPath(); context.moveTo(x, y - 5); context.lineTo(x, y); context.lineTo(x + wide, y); context.lineTo(x + wide, y - 5); context.stroke();
    context.font = "11px system-ui, sans-serif"; context.textAlign = "center"; context.textBaseline = "bottom";
    context.lineWidth = 3; context.strokeStyle = this.paper ?? "#fff"; context.fillStyle = this.ink ?? "#222";
    context.strokeText(`${length} km`, x + wide / 2, y - 3); context.fillText(`${length} km`, x + wide / 2, y - 3);
  }

  /** @param {number} territory */
  #inGroup(territory) { return this.group < 0 || this.data.territories[territory].group === this.group; }
  /** @param {number} account */
  #shown(account) {
    return !Number.isNaN(this.x[account]) && (this.group < 0 || this.groupOf[account] === this.group) && (this.filter === null || this.filter[account] === 1);
  }
}
