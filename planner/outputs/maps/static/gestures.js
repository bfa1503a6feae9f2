// @ts-check
/**
 * Hands on the map: drag, pinch, wheel, lasso and keys, for mouse, touch and pen alike.
 *
 * @typedef {import("./renderer.js").TerritoryMap} TerritoryMap
 * @typedef {import("./geometry.js").Point} Point
 */

const CLICK = 5, GRIP = 14, STEP = 60;

/** @param {TerritoryMap} map */
export function listen(map) {
  const canvas = map.canvas;
  /** @type {Map<number, Point>} */
  const pointers = new Map();
  let travelled = 0;
  /** @type {"pan"|"swipe"|"lasso"} */
  let doing = "pan";
  const at = (/** @type {PointerEvent|WheelEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const point = at(event);
    pointers.set(event.pointerId, point);
    travelled = 0;
    const grips = map.mode === "swipe" && Math.abs(point.x - map.swipe * map.width) < GRIP;
    doing = grips ? "swipe" : map.tool === "lasso" || event.shiftKey ? "lasso" : "pan";
    if (doing === "lasso") map.lasso = [point];
  });
  canvas.addEventListener("pointermove", (event) => {
    const point = at(event), before = pointers.get(event.pointerId);
    if (!before) { map.hover(point); return; }
    travelled += Math.hypot(point.x - before.x, point.y - before.y);
    if (pointers.size === 2) { map.lasso = []; pinch(map, pointers, event.pointerId, before, point); }
    else if (doing === "swipe") map.setSwipe(point.x / map.width);
    else if (doing === "lasso") { map.lasso.push(point); map.draw(); }
    else map.pan(point.x - before.x, point.y - before.y);
    pointers.set(event.pointerId, point);
  });
  const release = (/** @type {PointerEvent} */ event) => {
    if (!pointers.delete(event.pointerId)) return;
    const ended = event.type === "pointerup";
    if (doing === "lasso" && pointers.size === 0) map.closeLasso(ended && travelled >= CLICK, event.ctrlKey || event.metaKey);
    if (ended && travelled < CLICK && doing !== "swipe") map.onselect(map.hit(at(event).x, at(event).y));
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => map.hover(null));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    map.zoom(Math.exp(-event.deltaY * 0.0016), at(event).x, at(event).y);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => press(map, event));
  canvas.addEventListener("focus", () => map.draw());
  canvas.addEventListener("blur", () => { map.aiming = false; map.draw(); });
  new ResizeObserver(() => map.resize()).observe(canvas);
}

/** @param {TerritoryMap} map @param {Map<number, Point>} pointers @param {number} moving @param {Point} before @param {Point} after */
function pinch(map, pointers, moving, before, after) {
  const other = [...pointers].find(([id]) => id !== moving)?.[1];
  if (!other) return;
  const was = Math.hypot(before.x - other.x, before.y - other.y) || 1;
  const is = Math.hypot(after.x - other.x, after.y - other.y) || 1;
  map.zoom(is / was, other.x, other.y);
}

/** @param {TerritoryMap} map @param {KeyboardEvent} event */
function press(map, event) {
  const aim = (/** @type {number} */ dx, /** @type {number} */ dy) => { map.aiming = true; map.pan(dx, dy); map.hover({ x: map.width / 2, y: map.height / 2 }); };
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => aim(STEP, 0), ArrowRight: () => aim(-STEP, 0),
    ArrowUp: () => aim(0, STEP), ArrowDown: () => aim(0, -STEP),
    "+": () => map.zoom(1.5), "=": () => map.zoom(1.5), "-": () => map.zoom(1 / 1.5), 0: () => map.fit(),
    Enter: () => map.onselect(map.hit(map.width / 2, map.height / 2)),
    Escape: () => { map.lasso = []; map.onselect({ account: -1, territory: -1 }); },
  };
  const act = keys[event.key];
  if (act) { event.preventDefault(); act(); }
}
