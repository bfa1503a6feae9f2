// @ts-check
/**
 * What colours mean: by territory, by a measure against its tolerance, by what moves, is held or
 * is out of balance. The hues keep apart under the common colour blindnesses.
 */

export const PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800", "#6A5ACD"];
export const NONE = "#9a9a9a";
const BANDS = ["#2166ac", "#92c5de", "#9a9a9a", "#f4a582", "#b2182b"];
const HELD = "#6A5ACD", MOVED = "#D55E00", STAYS = "#8fa3ad";
const ROUNDING = 1.000001;

/** @typedef {{point: (i: number, side: "today"|"proposed") => string, area: (t: number, side: "today"|"proposed") => string, legend: [string, string][]}} Colouring */

/** @param {number|null} deviation @param {number|null} tolerance */
export function isOutside(deviation, tolerance) {
  return deviation !== null && tolerance !== null && Math.abs(deviation) > tolerance * ROUNDING;
}

/** @param {number|null} deviation @param {number|null} tolerance */
function bandOf(deviation, tolerance) {
  if (deviation === null || tolerance === null || !isOutside(deviation, tolerance)) return BANDS[2];
  if (deviation < 0) return deviation < -2 * tolerance ? BANDS[0] : BANDS[1];
  return deviation > 2 * tolerance ? BANDS[4] : BANDS[3];
}

/** @param {any} data @param {number} t @param {"today"|"proposed"} side @param {number} m */
function deviation(data, t, side, m) {
  const row = data.territories[t].measures?.[m];
  if (!row) return null;
  return side === "today" ? row.deviationToday : row.deviation;
}

/** The measure that is farthest outside its tolerance. @param {any} data @param {number} t @param {"today"|"proposed"} side */
function worstBand(data, t, side) {
  let worst = 0, colour = STAYS;
  data.measures.forEach((measure, m) => {
    const off = deviation(data, t, side, m);
    if (off === null || !isOutside(off, measure.tolerance) || Math.abs(off) / measure.tolerance <= worst) return;
    worst = Math.abs(off) / measure.tolerance;
    colour = off < 0 ? BANDS[0] : BANDS[4];
  });
  return colour;
}

/**
 * @param {any} data the map's data
 * @param {string} choice territory, moved, held, out, or measure: and its number
 * @returns {Colouring}
 */
export function chooseColours(data, choice) {
  const own = (/** @type {number} */ t) => (t < 0 ? NONE : PALETTE[data.territories[t].colour % PALETTE.length]);
  const byArea = (/** @type {(t: number, side: "today"|"proposed") => string} */ area) => ({
    area, point: (/** @type {number} */ i, /** @type {"today"|"proposed"} */ side) => (data[side][i] < 0 ? NONE : area(data[side][i], side)),
  });
  if (choice === "moved") {
    return { point: (i) => (data.flags[i] & 1 ? MOVED : STAYS), area: () => STAYS, legend: [[MOVED, "changes rep"], [STAYS, "stays"]] };
  }
  if (choice === "held") {
    return { point: (i) => (data.flags[i] & 2 ? HELD : STAYS), area: () => STAYS, legend: [[HELD, "held by a rule"], [STAYS, "free to move"]] };
  }
  if (choice === "out") {
    const cache = { today: data.territories.map((_, t) => worstBand(data, t, "today")), proposed: data.territories.map((_, t) => worstBand(data, t, "proposed")) };
    return { ...byArea((t, side) => cache[side][t]), legend: [[BANDS[4], "a measure is above its tolerance"], [BANDS[0], "a measure is below its tolerance"], [STAYS, "every measure is inside"]] };
  }
  if (choice.startsWith("measure:")) {
    const m = Number(choice.slice(8));
    return {
      ...byArea((t, side) => bandOf(deviation(data, t, side, m), data.measures[m].tolerance)),
      legend: [[BANDS[0], "far below target"], [BANDS[1], "below"], [BANDS[2], "inside the tolerance"], [BANDS[3], "above"], [BANDS[4], "far above target"]],
    };
  }
  return { ...byArea(own), legend: [[PALETTE[0], "each territory has a colour, its neighbours have others"]] };
}

/** A colour as one number in the order of a picture's bytes. @param {string} colour @param {number} alpha 0 to 255 */
export function packed(colour, alpha) {
  const number = Number.parseInt(colour.slice(1), 16);
  return ((alpha << 24) | ((number & 255) << 16) | (number & 0xff00) | (number >> 16)) >>> 0;
}
