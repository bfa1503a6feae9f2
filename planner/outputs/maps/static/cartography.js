// @ts-check
import { PALETTE } from "./colouring.js";

/** What a map shows but for its accounts: land, areas, homes, marks and names. */

/**
 * @typedef {import("./renderer.js").TerritoryMap} TerritoryMap
 * @typedef {import("./renderer.js").Side} Side
 */

const TAU = Math.PI * 2;
const CROWDED = 60;
const MARKS = 3000;

/** Land, and lines between countries and states. @param {TerritoryMap} map @param {CanvasRenderingContext2D} context @param {string} ground */
export function paintOutlines(map, context, ground) {
  context.fillStyle = ground; context.strokeStyle = map.ink ?? "#222"; context.lineWidth = 0.7;
  for (const shape of map.land) {
    if (map.outside(shape.box)) continue;
    context.beginPath();
    shape.trace(context, map.view);
    context.fill("evenodd");
  }
  for (const { line, strength } of map.frontiers) {
    if (map.outside(line.box)) continue;
    context.globalAlpha = strength;
    context.beginPath();
    line.trace(context, map.view, true);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** @param {TerritoryMap} map @param {CanvasRenderingContext2D} context */
export function paintBorders(map, context) {
  context.globalAlpha = 0.35; context.lineWidth = 0.7; context.strokeStyle = map.ink ?? "#222";
  for (const border of map.borders) {
    if (map.outside(border.box)) continue;
    context.beginPath();
    border.trace(context, map.view);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** @param {TerritoryMap} map @param {CanvasRenderingContext2D} context @param {Side} side */
export function paintAreas(map, context, side) {
  map.shapes[side].forEach((shape, t) => {
    if (!shape || !map.inGroup(t) || map.outside(shape.box)) return;
    const path = new Path2D();
    shape.trace(path, map.view);
    const strong = t === map.selected || t === map.hovered;
    const colour = map.colouring.area(t, side);
    context.globalAlpha = strong ? 0.5 : map.selected >= 0 ? 0.14 : 0.28;
    context.fillStyle = colour;
    context.fill(path, "evenodd");
    context.globalAlpha = strong ? 1 : 0.75;
    context.lineWidth = strong ? 2.5 : 1;
    context.strokeStyle = strong ? map.ink ?? "#222" : colour;
    context.stroke(path);
  });
  context.globalAlpha = 1;
}

/** @param {TerritoryMap} map @param {CanvasRenderingContext2D} context */
export function paintMarks(map, context) {
  const size = map.pointSize() + 3;
  context.strokeStyle = map.ink ?? "#222"; context.lineWidth = 1.4;
  // Of very many a square each would cover one another: every so manieth says where they are.
  const step = Math.ceil(map.marked.size / MARKS);
  let number = 0;
  context.beginPath();
  for (const i of map.marked) {
    if (number++ % step) continue;
    const { x, y } = map.screenOf(i);
    if (x > -9 && y > -9 && x < map.width + 9 && y < map.height + 9) context.rect(x - size / 2, y - size / 2, size, size);
  }
  context.stroke();
  if (map.found < 0) return;
  const { x, y } = map.screenOf(map.found);
  context.beginPath();
  context.arc(x, y, size + 4, 0, TAU);
  context.lineWidth = 2.5; context.stroke();
}

/** @param {TerritoryMap} map @param {CanvasRenderingContext2D} context */
export function paintHomes(map, context) {
  const r = map.homes.length > CROWDED ? 4.5 : 7;
  map.homes.forEach((home, t) => {
    if (!home || !map.inGroup(t)) return;
    const x = (home[0] - map.view.x) * map.view.scale, y = (home[1] - map.view.y) * map.view.scale;
    context.beginPath();
    context.moveTo(x, y - r - 1); context.lineTo(x + r, y); context.lineTo(x + r, y + r); context.lineTo(x - r, y + r); context.lineTo(x - r, y);
    context.closePath();
    context.fillStyle = PALETTE[map.data.territories[t].colour % PALETTE.length]; context.fill();
    context.lineWidth = 1.6; context.strokeStyle = map.paper ?? "#fff"; context.stroke();
    context.lineWidth = 0.7; context.strokeStyle = map.ink ?? "#222"; context.stroke();
  });
}

/** Names that do not cover one another: territories first, then places by size. @param {TerritoryMap} map @param {CanvasRenderingContext2D} context @param {Side} side */
export function paintNames(map, context, side) {
  /** @type {number[][]} */
  const taken = [];
  const write = (text, at, font, alpha) => {
    const x = (at[0] - map.view.x) * map.view.scale, y = (at[1] - map.view.y) * map.view.scale;
    if (x < 0 || y < 0 || x > map.width || y > map.height) return;
    const shown = text.length > 40 ? `${text.slice(0, 39)}…` : text;
    context.font = font;
    const half = context.measureText(shown).width / 2 + 4;
    const box = [x - half, y - 9, x + half, y + 9];
    if (taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) return;
    taken.push(box);
    context.globalAlpha = alpha;
    context.lineWidth = 3; context.strokeStyle = map.paper ?? "#fff"; context.strokeText(shown, x, y);
    context.fillStyle = map.ink ?? "#222"; context.fillText(shown, x, y);
    context.globalAlpha = 1;
  };
  context.textAlign = "center"; context.textBaseline = "middle"; context.lineJoin = "round";
  map.shapes[side].forEach((shape, t) => {
    if (shape && map.inGroup(t) && (shape.box[2] - shape.box[0]) * map.view.scale > 50) {
      write(map.data.territories[t].rep || map.data.territories[t].id, shape.label, "600 12px system-ui, sans-serif", 1);
    }
  });
  for (const place of map.places) write(place.name, place.at, "11px system-ui, sans-serif", 0.6);
}
