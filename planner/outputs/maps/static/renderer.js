// @ts-check
/**
 * A map of territories and accounts on a 2D canvas: no library, no WebGL, no network.
 * World coordinates are Web Mercator in 0..1; the view is a scale (pixels a world) and an origin.
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
 * @property {number[]} lon hundred-thousandths of a degree
 * @property {number[]} lat
 * @property {number[]} proposed territory of each account, -1 none
 * @property {number[]} today
 * @property {number[]} group peer group of each account's territory
 * @property {number[]} flags 1 moved, 2 held
 * @property {[number, number, string][]} places
 */

export const PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800", "#6A5ACD"];
const NONE = "#9a9a9a";
const TAU = Math.PI * 2;
const FAST_LIMIT = 40000;

/** @param {number} lon @param {number} lat @returns {[number, number]} */
export function project(lon, lat) {
  const clamped = Math.max(-85, Math.min(85, lat)) * Math.PI / 180;
  return [(lon + 180) / 360, (1 - Math.log(Math.tan(clamped) + 1 / Math.cos(clamped)) / Math.PI) / 2];
}

/** A shape in world coordinates with its bounding box. */
class Shape {
  /** @param {number[][][][]} multipolygon */
  constructor(multipolygon) {
    this.rings = multipolygon.flatMap((polygon) => polygon.map((ring) => {
      const flat = new Float64Array(ring.length * 2);
      ring.forEach(([lon, lat], i) => { [flat[2 * i], flat[2 * i + 1]] = project(lon, lat); });
      return flat;
    }));
    this.box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of this.rings) {
      for (let i = 0; i < ring.length; i += 2) {
        this.box[0] = Math.min(this.box[0], ring[i]); this.box[1] = Math.min(this.box[1], ring[i + 1]);
        this.box[2] = Math.max(this.box[2], ring[i]); this.box[3] = Math.max(this.box[3], ring[i + 1]);
      }
    }
    this.label = this.#middle();
  }

  /** @param {number} x @param {number} y */
  contains(x, y) {
    if (x < this.box[0] || x > this.box[2] || y < this.box[1] || y > this.box[3]) return false;
    let inside = false;
    for (const ring of this.rings) {
      for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        const crosses = (ring[i + 1] > y) !== (ring[j + 1] > y);
        if (crosses && x < (ring[j] - ring[i]) * (y - ring[i + 1]) / (ring[j + 1] - ring[i + 1]) + ring[i]) inside = !inside;
      }
    }
    return inside;
  }

  /** The middle of the longest ring: where the name stands. */
  #middle() {
    const ring = this.rings.reduce((a, b) => (b.length > a.length ? b : a), new Float64Array(0));
    let x = 0, y = 0;
    for (let i = 0; i < ring.length; i += 2) { x += ring[i]; y += ring[i + 1]; }
    const n = Math.max(1, ring.length / 2);
    return [x / n, y / n];
  }

  /** @param {Path2D|CanvasRenderingContext2D} path @param {View} view */
  trace(path, view) {
    for (const ring of this.rings) {
      for (let i = 0; i < ring.length; i += 2) {
        const x = (ring[i] - view.x) * view.scale, y = (ring[i + 1] - view.y) * view.scale;
        if (i === 0) path.moveTo(x, y); else path.lineTo(x, y);
      }
      path.closePath();
    }
  }
}

/** @typedef {{x: number, y: number, scale: number}} View */

/** Finds the nearest point under the pointer by a grid over the points. */
class PointIndex {
  /** @param {Float64Array} x @param {Float64Array} y */
  constructor(x, y) {
    this.x = x; this.y = y;
    this.size = Math.max(1, Math.round(Math.sqrt(x.length / 4)));
    this.box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < x.length; i++) {
      if (Number.isNaN(x[i])) continue;
      this.box[0] = Math.min(this.box[0], x[i]); this.box[1] = Math.min(this.box[1], y[i]);
      this.box[2] = Math.max(this.box[2], x[i]); this.box[3] = Math.max(this.box[3], y[i]);
    }
    /** @type {Map<number, number[]>} */
    this.cells = new Map();
    for (let i = 0; i < x.length; i++) {
      if (Number.isNaN(x[i])) continue;
      const key = this.#row(y[i]) * this.size + this.#column(x[i]);
      const cell = this.cells.get(key);
      if (cell) cell.push(i); else this.cells.set(key, [i]);
    }
  }

  /** @param {number} x */
  #column(x) { return this.#slot(x, this.box[0], this.box[2]); }
  /** @param {number} y */
  #row(y) { return this.#slot(y, this.box[1], this.box[3]); }
  /** @param {number} v @param {number} low @param {number} high */
  #slot(v, low, high) { return Math.max(0, Math.min(this.size - 1, Math.floor((v - low) / ((high - low) || 1) * this.size))); }

  /** @param {number} x @param {number} y @param {number} reach @param {(i: number) => boolean} accept */
  nearest(x, y, reach, accept) {
    let best = -1, bestDistance = reach * reach;
    for (let row = this.#row(y - reach); row <= this.#row(y + reach); row++) {
      for (let column = this.#column(x - reach); column <= this.#column(x + reach); column++) {
        for (const i of this.cells.get(row * this.size + column) ?? []) {
          const distance = (this.x[i] - x) ** 2 + (this.y[i] - y) ** 2;
          if (distance < bestDistance && accept(i)) { best = i; bestDistance = distance; }
        }
      }
    }
    return best;
  }
}

/** The map itself. It tells what is hovered and chosen by `onhover` and `onselect`. */
export class TerritoryMap {
  /** @param {HTMLCanvasElement} canvas @param {MapData} data */
  constructor(canvas, data) {
    this.canvas = canvas;
    this.data = data;
    const count = data.lon.length;
    this.x = new Float64Array(count); this.y = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const placed = data.lon[i] !== null;
      [this.x[i], this.y[i]] = placed ? project(data.lon[i] / 1e5, data.lat[i] / 1e5) : [NaN, NaN];
    }
    this.index = new PointIndex(this.x, this.y);
    this.shapes = {
      proposed: data.territories.map((t) => (t.shape.proposed ? new Shape(t.shape.proposed) : null)),
      today: data.territories.map((t) => (t.shape.today ? new Shape(t.shape.today) : null)),
    };
    this.homes = data.territories.map((t) => (t.home ? project(t.home[0], t.home[1]) : null));
    this.places = data.places.map(([lon, lat, name]) => ({ at: project(lon, lat), name }));
    /** @type {"proposed"|"today"|"swipe"} */
    this.mode = "proposed";
    this.swipe = 0.5;
    this.group = -1;
    this.selected = -1;
    this.hovered = -1;
    this.found = -1;
    this.showPoints = true;
    /** @type {(account: number, mode: "proposed"|"today") => string} */
    this.pointColour = (i, mode) => this.colourOf(data[mode][i]);
    /** @type {(territory: number) => string} */
    this.areaColour = (t) => this.colourOf(t);
    /** @type {(hit: {account: number, territory: number}, x: number, y: number) => void} */
    this.onhover = () => {};
    /** @type {(hit: {account: number, territory: number}) => void} */
    this.onselect = () => {};
    /** @type {View} */
    this.view = { x: 0, y: 0, scale: 1 };
    this.queued = false;
    this.#listen();
    this.resize();
    this.fit();
  }

  /** @param {number} territory */
  colourOf(territory) { return territory < 0 ? NONE : PALETTE[this.data.territories[territory].colour % PALETTE.length]; }

  /** Show everything that the current group holds. */
  fit() {
    const xs = [], ys = [];
    for (let i = 0; i < this.x.length; i++) if (this.#shown(i)) { xs.push(this.x[i]); ys.push(this.y[i]); }
    this.homes.forEach((home, t) => { if (home && this.#inGroup(t)) { xs.push(home[0]); ys.push(home[1]); } });
    if (xs.length === 0) { xs.push(0.1, 0.9); ys.push(0.2, 0.7); }
    xs.sort((a, b) => a - b); ys.sort((a, b) => a - b);
    const cut = (/** @type {number[]} */ v, /** @type {number} */ q) => v[Math.min(v.length - 1, Math.floor(q * v.length))];
    const box = [cut(xs, 0.002), cut(ys, 0.002), cut(xs, 0.998), cut(ys, 0.998)];
    this.shapes.proposed.forEach((shape, t) => {
      // A shape is shown whole unless one far outlier would shrink all the rest.
      if (!shape || !this.#inGroup(t)) return;
      const high = box[3] - box[1], wide = box[2] - box[0];
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
    if (Number.isNaN(this.x[account])) return;
    this.view.scale = Math.max(this.view.scale, this.width * 40);
    this.view.x = this.x[account] - this.width / 2 / this.view.scale;
    this.view.y = this.y[account] - this.height / 2 / this.view.scale;
    this.draw();
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
    this.width = this.canvas.clientWidth || 800;
    this.height = this.canvas.clientHeight || 600;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.ratio = ratio;
    this.draw();
  }

  /** @param {number} factor @param {number} x @param {number} y */
  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const scale = Math.max(200, Math.min(6e7, this.view.scale * factor));
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

  draw() {
    if (this.queued) return;
    this.queued = true;
    requestAnimationFrame(() => { this.queued = false; this.#paint(); });
  }

  #paint() {
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const style = getComputedStyle(this.canvas);
    this.ink = style.color; this.paper = style.backgroundColor;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    if (this.mode === "swipe") {
      const middle = this.swipe * this.width;
      this.#paintSide(context, "today", 0, middle);
      this.#paintSide(context, "proposed", middle, this.width);
      this.#paintDivider(context, middle);
    } else {
      this.#paintSide(context, this.mode, 0, this.width);
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {"proposed"|"today"} mode @param {number} left @param {number} right */
  #paintSide(context, mode, left, right) {
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, this.height);
    context.clip();
    this.#paintAreas(context, mode);
    if (this.showPoints) this.#paintPoints(context, mode);
    this.#paintHomes(context);
    this.#paintNames(context, mode);
    context.restore();
  }

  /** @param {CanvasRenderingContext2D} context @param {"proposed"|"today"} mode */
  #paintAreas(context, mode) {
    this.shapes[mode].forEach((shape, t) => {
      if (!shape || !this.#inGroup(t) || this.#outside(shape.box)) return;
      const path = new Path2D();
      shape.trace(path, this.view);
      const strong = t === this.selected || t === this.hovered;
      context.globalAlpha = strong ? 0.5 : this.selected >= 0 ? 0.14 : 0.28;
      context.fillStyle = this.areaColour(t);
      context.fill(path, "evenodd");
      context.globalAlpha = strong ? 1 : 0.75;
      context.lineWidth = strong ? 2.5 : 1;
      context.strokeStyle = strong ? this.ink ?? "#222" : this.areaColour(t);
      context.stroke(path);
    });
    context.globalAlpha = 1;
  }

  /** @param {number[]} box */
  #outside(box) {
    const right = this.view.x + this.width / this.view.scale, bottom = this.view.y + this.height / this.view.scale;
    return box[2] < this.view.x || box[0] > right || box[3] < this.view.y || box[1] > bottom;
  }

  /** Squares of one colour at a time: setting the colour is what costs. */
  #paintPoints(context, mode) {
    /** @type {Map<string, number[]>} */
    const byColour = new Map();
    const { x: left, y: top, scale } = this.view;
    const size = Math.max(2, Math.min(7, 1.6 + Math.log2(scale / 3000) * 0.55)) * (this.x.length > FAST_LIMIT ? 0.8 : 1);
    for (let i = 0; i < this.x.length; i++) {
      const x = (this.x[i] - left) * scale, y = (this.y[i] - top) * scale;
      if (!(x > -9 && y > -9 && x < this.width + 9 && y < this.height + 9) || !this.#shown(i)) continue;
      const colour = this.pointColour(i, mode);
      if (!colour) continue;
      let list = byColour.get(colour);
      if (!list) byColour.set(colour, list = []);
      list.push(x, y, this.#dimmed(i, mode) ? 1 : 0);
    }
    for (const [colour, list] of byColour) {
      context.fillStyle = colour;
      for (let i = 0; i < list.length; i += 3) {
        context.globalAlpha = list[i + 2] ? 0.18 : 0.92;
        context.fillRect(list[i] - size / 2, list[i + 1] - size / 2, size, size);
      }
    }
    context.globalAlpha = 1;
    if (this.found >= 0) this.#ring(context, this.found, size);
  }

  #ring(context, i, size) {
    context.beginPath();
    context.arc((this.x[i] - this.view.x) * this.view.scale, (this.y[i] - this.view.y) * this.view.scale, size + 5, 0, TAU);
    context.lineWidth = 2.5; context.strokeStyle = this.ink ?? "#222"; context.stroke();
  }

  #dimmed(i, mode) { return this.selected >= 0 && this.data[mode][i] !== this.selected && this.data.today[i] !== this.selected; }

  #paintHomes(context) {
    this.homes.forEach((home, t) => {
      if (!home || !this.#inGroup(t)) return;
      const x = (home[0] - this.view.x) * this.view.scale, y = (home[1] - this.view.y) * this.view.scale;
      context.beginPath();
      context.moveTo(x, y - 8); context.lineTo(x + 7, y); context.lineTo(x + 7, y + 7); context.lineTo(x - 7, y + 7); context.lineTo(x - 7, y);
      context.closePath();
      context.fillStyle = this.colourOf(t); context.fill();
      context.lineWidth = 1.6; context.strokeStyle = this.paper ?? "#fff"; context.stroke();
      context.lineWidth = 0.7; context.strokeStyle = this.ink ?? "#222"; context.stroke();
    });
  }

  /** Names that do not cover one another: territories first, then places by size. */
  #paintNames(context, mode) {
    /** @type {number[][]} */
    const taken = [];
    const write = (text, at, font, alpha) => {
      const x = (at[0] - this.view.x) * this.view.scale, y = (at[1] - this.view.y) * this.view.scale;
      if (x < 0 || y < 0 || x > this.width || y > this.height) return;
      context.font = font;
      const half = context.measureText(text).width / 2 + 4;
      const box = [x - half, y - 9, x + half, y + 9];
      if (taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) return;
      taken.push(box);
      context.globalAlpha = alpha;
      context.lineWidth = 3; context.strokeStyle = this.paper ?? "#fff"; context.strokeText(text, x, y);
      context.fillStyle = this.ink ?? "#222"; context.fillText(text, x, y);
      context.globalAlpha = 1;
    };
    context.textAlign = "center"; context.textBaseline = "middle"; context.lineJoin = "round";
    this.shapes[mode].forEach((shape, t) => {
      if (shape && this.#inGroup(t) && (shape.box[2] - shape.box[0]) * this.view.scale > 50) {
        write(this.data.territories[t].rep || this.data.territories[t].id, shape.label, "600 12px system-ui, sans-serif", 1);
      }
    });
    for (const place of this.places) write(place.name, place.at, "11px system-ui, sans-serif", 0.6);
  }

  #paintDivider(context, middle) {
    context.fillStyle = this.ink ?? "#222";
    context.fillRect(middle - 1, 0, 2, this.height);
    context.font = "600 12px system-ui, sans-serif"; context.textBaseline = "top";
    context.lineWidth = 3; context.strokeStyle = this.paper ?? "#fff";
    for (const [text, x, align] of /** @type {[string, number, CanvasTextAlign][]} */ ([["Today", middle - 8, "right"], ["Proposed", middle + 8, "left"]])) {
      context.textAlign = align; context.strokeText(text, x, 10); context.fillText(text, x, 10);
    }
  }

  /** @param {number} territory */
  #inGroup(territory) { return this.group < 0 || this.data.territories[territory].group === this.group; }
  /** @param {number} account */
  #shown(account) { return !Number.isNaN(this.x[account]) && (this.group < 0 || this.data.group[account] === this.group); }

  /** @param {number} px @param {number} py */
  hit(px, py) {
    const x = this.view.x + px / this.view.scale, y = this.view.y + py / this.view.scale;
    const account = this.showPoints ? this.index.nearest(x, y, 8 / this.view.scale, (i) => this.#shown(i)) : -1;
    const mode = this.mode === "swipe" ? (px < this.swipe * this.width ? "today" : "proposed") : this.mode;
    const home = this.homes.findIndex((h, t) => h && this.#inGroup(t) && Math.hypot(h[0] - x, h[1] - y) * this.view.scale < 9);
    const area = this.shapes[mode].findIndex((shape, t) => shape && this.#inGroup(t) && shape.contains(x, y));
    return { account, territory: home >= 0 ? home : account >= 0 ? this.data[mode][account] : area };
  }

  #listen() {
    /** @type {Map<number, {x: number, y: number}>} */
    const pointers = new Map();
    let travelled = 0, dragging = false;
    const at = (/** @type {PointerEvent|WheelEvent} */ event) => {
      const box = this.canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      const point = at(event);
      pointers.set(event.pointerId, point);
      travelled = 0;
      dragging = this.mode === "swipe" && Math.abs(point.x - this.swipe * this.width) < 14;
    });
    this.canvas.addEventListener("pointermove", (event) => {
      const point = at(event), before = pointers.get(event.pointerId);
      if (!before) { this.#hover(point); return; }
      travelled += Math.hypot(point.x - before.x, point.y - before.y);
      if (dragging) this.setSwipe(point.x / this.width);
      else if (pointers.size === 2) this.#pinch(pointers, event.pointerId, before, point);
      else this.pan(point.x - before.x, point.y - before.y);
      pointers.set(event.pointerId, point);
    });
    const release = (/** @type {PointerEvent} */ event) => {
      if (pointers.delete(event.pointerId) && travelled < 5 && event.type === "pointerup" && !dragging) this.onselect(this.hit(at(event).x, at(event).y));
    };
    this.canvas.addEventListener("pointerup", release);
    this.canvas.addEventListener("pointercancel", release);
    this.canvas.addEventListener("pointerleave", () => this.#hover(null));
    this.canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.0016), at(event).x, at(event).y);
    }, { passive: false });
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
    window.addEventListener("resize", () => this.resize());
  }

  /** @param {number} share */
  setSwipe(share) { this.swipe = Math.max(0.02, Math.min(0.98, share)); this.draw(); }

  #hover(point) {
    const hit = point ? this.hit(point.x, point.y) : { account: -1, territory: -1 };
    if (hit.territory !== this.hovered) { this.hovered = hit.territory; this.draw(); }
    this.onhover(hit, point?.x ?? 0, point?.y ?? 0);
  }

  #pinch(pointers, moving, before, after) {
    const other = [...pointers].find(([id]) => id !== moving)?.[1];
    if (!other) return;
    const was = Math.hypot(before.x - other.x, before.y - other.y) || 1;
    const is = Math.hypot(after.x - other.x, after.y - other.y) || 1;
    this.zoom(is / was, other.x, other.y);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => this.pan(60, 0), ArrowRight: () => this.pan(-60, 0),
      ArrowUp: () => this.pan(0, 60), ArrowDown: () => this.pan(0, -60),
      "+": () => this.zoom(1.5), "=": () => this.zoom(1.5), "-": () => this.zoom(1 / 1.5), 0: () => this.fit(),
      Escape: () => this.onselect({ account: -1, territory: -1 }),
    };
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  }
}
