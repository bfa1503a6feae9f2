// @ts-check
import { PointIndex, Shape, UNPLACED, project } from "./geometry.js";
import { PALETTE, chooseColours } from "./colouring.js";
import { paintAreas, paintBorders, paintHomes, paintMarks, paintNames, paintOutlines } from "./cartography.js";
import { Dots } from "./dots.js";
import { paintDivider, paintLasso, paintScale } from "./overlays.js";
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

const FAR = 6e7, NEAR = 200;

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
    this.dots = new Dots(this);
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
    this.dots.refresh();
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
    for (let i = 0; i < this.x.length; i += step) if (this.shown(i)) { xs.push(this.x[i]); ys.push(this.y[i]); }
    this.homes.forEach((home, t) => { if (home && this.inGroup(t)) { xs.push(home[0]); ys.push(home[1]); } });
    if (xs.length === 0) { xs.push(0.1, 0.9); ys.push(0.2, 0.7); }
    xs.sort((a, b) => a - b); ys.sort((a, b) => a - b);
    const cut = (/** @type {number[]} */ v, /** @type {number} */ q) => v[Math.min(v.length - 1, Math.floor(q * v.length))];
    const box = [cut(xs, 0.002), cut(ys, 0.002), cut(xs, 0.998), cut(ys, 0.998)];
    const wide = box[2] - box[0], high = box[3] - box[1];
    this.shapes.proposed.forEach((shape, t) => {
      // A shape is shown whole unless one far outlier would shrink all the rest.
      if (!shape || !this.inGroup(t)) return;
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
    if (whole && ring.length >= 6) this.onlasso(this.index.inside(ring, (i) => this.shown(i)), add);
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
    const account = this.showPoints ? this.index.nearest(x, y, 8 / this.view.scale, (i) => this.shown(i)) : -1;
    const home = this.homes.findIndex((h, t) => h && this.showHomes && this.inGroup(t) && Math.hypot(h[0] - x, h[1] - y) * this.view.scale < 9);
    const area = this.shapes[side].findIndex((shape, t) => shape && this.inGroup(t) && shape.contains(x, y));
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
    else paintOutlines(this, context, style.getPropertyValue("--land").trim() || "#fff");
    if (this.mode === "swipe") {
      const middle = this.swipe * this.width;
      this.#paintSide(context, "today", 0, middle);
      this.#paintSide(context, "proposed", middle, this.width);
      paintDivider(this, context, middle);
    } else {
      this.#paintSide(context, this.mode, 0, this.width);
    }
    paintLasso(this, context);
    paintScale(this, context);
    this.took = performance.now() - began;
  }

  /** @param {CanvasRenderingContext2D} context @param {Side} side @param {number} left @param {number} right */
  #paintSide(context, side, left, right) {
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, this.height);
    context.clip();
    paintBorders(this, context);
    paintAreas(this, context, side);
    if (this.showPoints) this.dots.paint(context, side);
    paintMarks(this, context);
    if (this.showHomes) paintHomes(this, context);
    paintNames(this, context, side);
    context.restore();
  }

  /** Whether a box lies out of view. @param {number[]} box */
  outside(box) {
    const right = this.view.x + this.width / this.view.scale, bottom = this.view.y + this.height / this.view.scale;
    return box[2] < this.view.x || box[0] > right || box[3] < this.view.y || box[1] > bottom;
  }

  /** Side of a point's square, pixels: more accounts and a wider view make it smaller. */
  pointSize() {
    const crowd = this.x.length > 40000 ? 0.8 : this.x.length < 3000 ? 1.5 : 1;
    return Math.max(1.5, Math.min(7, 1.6 + Math.log2(this.view.scale / 3000) * 0.55)) * crowd;
  }

  /** Whether a territory belongs to the current group. @param {number} territory */
  inGroup(territory) { return this.group < 0 || this.data.territories[territory].group === this.group; }
  /** Whether an account has a place, and neither group nor filter hides it. @param {number} account */
  shown(account) {
    return !Number.isNaN(this.x[account]) && (this.group < 0 || this.groupOf[account] === this.group) && (this.filter === null || this.filter[account] === 1);
  }
}
