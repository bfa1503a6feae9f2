// @ts-check
/**
 * Geometry of the map: projection, areas, and finding points.
 * World coordinates are Web Mercator in 0..1; a view is a scale (pixels a world) and an origin.
 *
 * @typedef {{x: number, y: number, scale: number}} View
 * @typedef {{x: number, y: number}} Point
 */

/** A longitude in this place of the data says that an account has no place. */
export const UNPLACED = -2147483648;

/** @param {number} lon @param {number} lat @returns {[number, number]} */
export function project(lon, lat) {
  const clamped = Math.max(-85, Math.min(85, lat)) * Math.PI / 180;
  return [(lon + 180) / 360, (1 - Math.log(Math.tan(clamped) + 1 / Math.cos(clamped)) / Math.PI) / 2];
}

/** Kilometres of one unit of the world at a height of the map. @param {number} y */
export function kilometres(y) {
  return 40075 / Math.cosh(Math.PI * (1 - 2 * y));
}

/** Whether a ring of alternating x and y holds a point. @param {ArrayLike<number>} ring @param {number} x @param {number} y */
export function ringHolds(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const crosses = (ring[i + 1] > y) !== (ring[j + 1] > y);
    if (crosses && x < (ring[j] - ring[i]) * (y - ring[i + 1]) / (ring[j + 1] - ring[i + 1]) + ring[i]) inside = !inside;
  }
  return inside;
}

/** A shape in world coordinates with its bounding box. */
export class Shape {
  /** @param {number[][][][]} multipolygon longitudes and latitudes */
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
    return this.rings.reduce((inside, ring) => inside !== ringHolds(ring, x, y), false);
  }

  /** The middle of the longest ring: where the name stands. */
  #middle() {
    const ring = this.rings.reduce((a, b) => (b.length > a.length ? b : a), new Float64Array(0));
    let x = 0, y = 0;
    for (let i = 0; i < ring.length; i += 2) { x += ring[i]; y += ring[i + 1]; }
    const n = Math.max(1, ring.length / 2);
    return [x / n, y / n];
  }

  /** @param {Path2D|CanvasRenderingContext2D} path @param {View} view @param {boolean} [open] a line, not a ring */
  trace(path, view, open = false) {
    for (const ring of this.rings) {
      for (let i = 0; i < ring.length; i += 2) {
        const x = (ring[i] - view.x) * view.scale, y = (ring[i + 1] - view.y) * view.scale;
        if (i === 0) path.moveTo(x, y); else path.lineTo(x, y);
      }
      if (!open) path.closePath();
    }
  }
}

/** Finds points near a place, or inside a drawn line, by a grid: two flat arrays, no objects. */
export class PointIndex {
  /** @param {Float64Array} x @param {Float64Array} y */
  constructor(x, y) {
    this.x = x; this.y = y;
    this.size = Math.max(1, Math.min(512, Math.round(Math.sqrt(x.length / 4))));
    this.box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < x.length; i++) {
      if (Number.isNaN(x[i])) continue;
      this.box[0] = Math.min(this.box[0], x[i]); this.box[1] = Math.min(this.box[1], y[i]);
      this.box[2] = Math.max(this.box[2], x[i]); this.box[3] = Math.max(this.box[3], y[i]);
    }
    this.starts = new Int32Array(this.size * this.size + 1);
    for (let i = 0; i < x.length; i++) if (!Number.isNaN(x[i])) this.starts[this.#cell(x[i], y[i]) + 1]++;
    for (let cell = 0; cell < this.size * this.size; cell++) this.starts[cell + 1] += this.starts[cell];
    this.points = new Int32Array(this.starts[this.starts.length - 1]);
    const next = this.starts.slice();
    for (let i = 0; i < x.length; i++) if (!Number.isNaN(x[i])) this.points[next[this.#cell(x[i], y[i])]++] = i;
    /** The same places in the order of the cells. */
    this.xs = Float64Array.from(this.points, (i) => x[i]);
    this.ys = Float64Array.from(this.points, (i) => y[i]);
  }

  /** @param {number} x @param {number} y */
  #cell(x, y) { return this.#slot(y, 1) * this.size + this.#slot(x, 0); }
  /** @param {number} v @param {0|1} axis */
  #slot(v, axis) {
    const low = this.box[axis], high = this.box[axis + 2];
    return Math.max(0, Math.min(this.size - 1, Math.floor((v - low) / ((high - low) || 1) * this.size)));
  }

  /** Call something for each point in a box. @param {number[]} box @param {(i: number) => void} found */
  visit(box, found) {
    for (let row = this.#slot(box[1], 1); row <= this.#slot(box[3], 1); row++) {
      for (let column = this.#slot(box[0], 0); column <= this.#slot(box[2], 0); column++) {
        const cell = row * this.size + column;
        for (let at = this.starts[cell]; at < this.starts[cell + 1]; at++) found(this.points[at]);
      }
    }
  }

  /** @param {number} x @param {number} y @param {number} reach @param {(i: number) => boolean} accept */
  nearest(x, y, reach, accept) {
    let best = -1, bestDistance = reach * reach;
    this.visit([x - reach, y - reach, x + reach, y + reach], (i) => {
      const distance = (this.x[i] - x) ** 2 + (this.y[i] - y) ** 2;
      if (distance < bestDistance && accept(i)) { best = i; bestDistance = distance; }
    });
    return best;
  }

  /** @param {number[]} ring alternating x and y @param {(i: number) => boolean} accept @returns {number[]} */
  inside(ring, accept) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < ring.length; i += 2) {
      box[0] = Math.min(box[0], ring[i]); box[1] = Math.min(box[1], ring[i + 1]);
      box[2] = Math.max(box[2], ring[i]); box[3] = Math.max(box[3], ring[i + 1]);
    }
    /** @type {number[]} */
    const found = [];
    this.visit(box, (i) => { if (accept(i) && ringHolds(ring, this.x[i], this.y[i])) found.push(i); });
    return found.sort((a, b) => a - b);
  }
}
