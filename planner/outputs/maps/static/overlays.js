// @ts-check
import { kilometres } from "./geometry.js";

/** What lies over a map: the divider of a swipe, the lasso, the cross-hairs and the scale. */

/**
 * @typedef {import("./renderer.js").TerritoryMap} TerritoryMap
 */

const ROUND_KM = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/** @param {TerritoryMap} map @param {CanvasRenderingContext2D} context @param {number} middle */
export function paintDivider(map, context, middle) {
  context.fillStyle = map.ink ?? "#222";
  context.fillRect(middle - 1, 0, 2, map.height);
  context.font = "600 12px system-ui, sans-serif"; context.textBaseline = "top";
  context.lineWidth = 3; context.strokeStyle = map.paper ?? "#fff";
  for (const [text, x, align] of /** @type {[string, number, CanvasTextAlign][]} */ ([["Today", middle - 8, "right"], ["Proposed", middle + 8, "left"]])) {
    context.textAlign = align; context.strokeText(text, x, 10); context.fillText(text, x, 10);
  }
}

/** @param {TerritoryMap} map @param {CanvasRenderingContext2D} context */
export function paintLasso(map, context) {
  if (map.aiming) {
    context.fillStyle = map.ink ?? "#222";
    context.fillRect(map.width / 2 - 8, map.height / 2 - 0.75, 16, 1.5);
    context.fillRect(map.width / 2 - 0.75, map.height / 2 - 8, 1.5, 16);
  }
  if (map.lasso.length < 2) return;
  context.beginPath();
  map.lasso.forEach((point, i) => (i ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
  context.closePath();
  context.globalAlpha = 0.12; context.fillStyle = map.ink ?? "#222"; context.fill();
  context.globalAlpha = 1; context.setLineDash([5, 4]); context.lineWidth = 1.5; context.strokeStyle = map.ink ?? "#222"; context.stroke();
  context.setLineDash([]);
}

/** @param {TerritoryMap} map @param {CanvasRenderingContext2D} context */
export function paintScale(map, context) {
  const perPixel = kilometres(map.view.y + map.height / 2 / map.view.scale) / map.view.scale;
  const length = [...ROUND_KM].reverse().find((km) => km / perPixel < map.width / 5);
  if (!length) return;
  const wide = length / perPixel, x = map.width - wide - 14, y = map.height - (map.mode === "swipe" ? 48 : 12);
  context.lineWidth = 1.5; context.strokeStyle = map.ink ?? "#222";
  context.beginPath(); context.moveTo(x, y - 5); context.lineTo(x, y); context.lineTo(x + wide, y); context.lineTo(x + wide, y - 5); context.stroke();
  context.font = "11px system-ui, sans-serif"; context.textAlign = "center"; context.textBaseline = "bottom";
  context.lineWidth = 3; context.strokeStyle = map.paper ?? "#fff"; context.fillStyle = map.ink ?? "#222";
  context.strokeText(`${length} km`, x + wide / 2, y - 3); context.fillText(`${length} km`, x + wide / 2, y - 3);
}
