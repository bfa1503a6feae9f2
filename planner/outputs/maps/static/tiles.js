// @ts-check
/** Pictures of a tile server under the territories: only where the user named one. */

const SIZE = 256, KEPT = 240, DEEPEST = 18;

export class Tiles {
  /** @param {string} address with {z}, {x} and {y} @param {() => void} arrived */
  constructor(address, arrived) {
    this.address = address;
    this.arrived = arrived;
    /** @type {Map<string, HTMLImageElement>} */
    this.pictures = new Map();
  }

  /** @param {CanvasRenderingContext2D} context @param {import("./geometry.js").View} view @param {number} width @param {number} height */
  paint(context, view, width, height) {
    const level = Math.max(0, Math.min(DEEPEST, Math.round(Math.log2(view.scale / SIZE))));
    const count = 2 ** level, side = view.scale / count;
    const first = Math.floor(view.x * count), last = Math.floor((view.x + width / view.scale) * count);
    const top = Math.max(0, Math.floor(view.y * count)), bottom = Math.min(count - 1, Math.floor((view.y + height / view.scale) * count));
    for (let row = top; row <= bottom; row++) {
      for (let column = first; column <= last; column++) {
        const picture = this.#picture(level, ((column % count) + count) % count, row);
        if (picture.complete && picture.naturalWidth) context.drawImage(picture, (column / count - view.x) * view.scale, (row / count - view.y) * view.scale, side + 0.5, side + 0.5);
      }
    }
  }

  /** @param {number} z @param {number} x @param {number} y */
  #picture(z, x, y) {
    const key = `${z}/${x}/${y}`;
    let picture = this.pictures.get(key);
    if (!picture) {
      picture = new Image();
      picture.referrerPolicy = "no-referrer";
      picture.addEventListener("load", this.arrived);
      picture.src = this.address.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
      if (this.pictures.size >= KEPT) this.pictures.delete(/** @type {string} */ (this.pictures.keys().next().value));
    }
    this.pictures.delete(key);
    this.pictures.set(key, picture);
    return picture;
  }
}
