// @ts-check
import { TerritoryMap } from "./renderer.js";
import { isOutside } from "./colouring.js";

/**
 * The one-file map: reads its data from the page, wires the controls to the renderer, and says
 * in words what the pointer, a search or the keyboard has found.
 */

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("map-data").textContent);

/** @param {number} value @param {string} kind */
function word(value, kind) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (kind === "share") return `${value >= 0 ? "+" : "−"}${Math.abs(value * 100).toFixed(1)}%`;
  const figure = new Intl.NumberFormat("en-GB", { notation: Math.abs(value) >= 1e5 ? "compact" : "standard", maximumFractionDigits: Math.abs(value) >= 1e5 ? 2 : 0 }).format(value);
  return kind === "money" ? `${figure} ${data.currency}` : kind === "hours" ? `${figure} h` : figure;
}

const map = new TerritoryMap(byId("map"), data);
/** Tests and readers that cannot see the map ask here what it shows. */
/** @type {any} */ (window).territoryMap = map;

/** @param {number} t */
const nameOf = (t) => (t < 0 ? "nobody" : data.territories[t].rep ? `${data.territories[t].rep} (${data.territories[t].id})` : data.territories[t].id);

/** @param {string} tag @param {string} text @param {string} [kind] */
function element(tag, text, kind = "") {
  const node = document.createElement(tag);
  node.textContent = text;
  if (kind) node.className = kind;
  return node;
}

/** @param {number} i @returns {[string, string][]} */
function accountLines(i) {
  const lines = [["Account", data.ids[i]], ["Today", nameOf(data.today[i])], ["Proposed", nameOf(data.proposed[i])]];
  data.measures.forEach((measure) => { if (measure.values) lines.push([measure.label, word(measure.values[i], measure.kind)]); });
  if (data.flags[i] & 2) lines.push(["Held", "stays with its rep by a rule"]);
  return /** @type {[string, string][]} */ (lines);
}

/** @param {number} t @returns {[string, string][]} */
function territoryLines(t) {
  const territory = data.territories[t];
  const lines = [["Territory", territory.id], ["Accounts", `${territory.accounts.today} → ${territory.accounts.proposed}`],
    ["Gains, loses", `${territory.gained}, ${territory.lost}`]];
  data.measures.forEach((measure, m) => {
    const row = territory.measures[m];
    const off = row.deviation === null ? "" : ` (${word(row.deviation, "share")} of its target)`;
    lines.push([measure.label, `${word(row.today, measure.kind)} → ${word(row.proposed, measure.kind)}${off}`]);
  });
  if (territory.travel !== null) lines.push(["Driving", `${word(territory.travel, "hours")} a year`]);
  return /** @type {[string, string][]} */ (lines);
}

/** @param {HTMLElement} target @param {string} title @param {[string, string][]} lines @param {string} note */
function fill(target, title, lines, note) {
  const list = document.createElement("dl");
  lines.forEach(([name, value]) => list.append(element("dt", name), element("dd", value)));
  target.replaceChildren(element("h3", title), list);
  if (note) target.append(element("p", note, "reason"));
}

map.onhover = (hit, x, y) => {
  const tip = byId("tip");
  if (hit.account < 0 && hit.territory < 0) { tip.hidden = true; return; }
  if (hit.account >= 0) fill(tip, data.names[hit.account], accountLines(hit.account), data.reasons[hit.account] ?? "");
  else fill(tip, data.territories[hit.territory].rep || data.territories[hit.territory].id, territoryLines(hit.territory), "");
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.min(x + 14, map.width - box.width - 8)}px`;
  tip.style.top = `${Math.max(8, Math.min(y + 14, map.height - box.height - 8))}px`;
};

map.onselect = (hit) => select(hit.territory, hit.account);

/** @param {number} territory @param {number} [account] */
function select(territory, account = -1) {
  map.select(territory, account);
  const panel = byId("detail");
  if (account >= 0) fill(panel, data.names[account], accountLines(account), data.reasons[account] ?? "");
  else if (territory >= 0) fill(panel, data.territories[territory].rep || data.territories[territory].id, territoryLines(territory), "");
  else panel.replaceChildren(element("p", "Choose a territory in the list, or anything on the map.", "hint"));
  document.querySelectorAll("#territories button").forEach((button) => {
    button.setAttribute("aria-pressed", String(Number(/** @type {HTMLElement} */ (button).dataset.territory) === territory));
  });
  byId("said").textContent = panel.textContent;
}

/** What a drawn line took: how many accounts, and what they have. @param {number[]} accounts @param {boolean} add */
map.onlasso = (accounts, add) => {
  if (!add) map.marked.clear();
  for (const i of accounts) map.marked.add(i);
  const chosen = [...map.marked];
  const lines = [["Accounts", String(chosen.length)], ["Change rep", String(chosen.filter((i) => data.flags[i] & 1).length)]];
  for (const measure of data.measures) {
    if (measure.values) lines.push([measure.label, word(chosen.reduce((sum, i) => sum + (measure.values[i] ?? 0), 0), measure.kind)]);
  }
  fill(byId("detail"), "Drawn around", /** @type {[string, string][]} */ (lines), "");
  byId("said").textContent = byId("detail").textContent;
  map.draw();
};

function recolour() {
  const rows = map.colour(byId("colour").value).map(([colour, text]) => {
    const row = element("li", text);
    const chip = document.createElement("i");
    chip.style.background = colour;
    row.prepend(chip);
    return row;
  });
  rows.push(element("li", "⌂ a rep's home   ▪ an account"));
  byId("legend").replaceChildren(...rows);
}

/** Show what a filter leaves. @param {string} choice */
function filter(choice) {
  const bit = choice === "moved" ? 1 : choice === "held" ? 2 : 0;
  map.filter = bit ? Uint8Array.from(data.flags, (flags) => (flags & bit ? 1 : 0)) : null;
  map.refresh();
}

function listTerritories() {
  const m = Math.max(0, Number(byId("sort").value));
  const rows = data.territories.map((territory, t) => ({ territory, t }))
    .filter(({ territory }) => map.group < 0 || territory.group === map.group)
    .sort((a, b) => (b.territory.measures[m]?.deviation ?? 0) - (a.territory.measures[m]?.deviation ?? 0) || a.t - b.t);
  byId("territories").replaceChildren(...rows.map(({ territory, t }) => territoryRow(territory, t, m)));
}

/** @param {any} territory @param {number} t @param {number} m */
function territoryRow(territory, t, m) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.territory = String(t);
  button.setAttribute("aria-pressed", "false");
  const chip = document.createElement("i");
  chip.style.background = map.colourOf(t);
  const row = territory.measures[m];
  button.append(chip, element("span", territory.rep || territory.id, "who"));
  if (row) {
    const off = element("span", row.deviation === null ? "" : word(row.deviation, "share"), "off");
    if (isOutside(row.deviation, data.measures[m].tolerance)) off.classList.add("out");
    button.append(off);
  }
  button.addEventListener("click", () => { select(t); map.fitTerritory(t); });
  item.append(button);
  return item;
}

/** @param {string} text */
function search(text) {
  const wanted = text.trim().toLocaleLowerCase();
  const results = byId("results");
  if (wanted.length < 2) { results.replaceChildren(); return; }
  const found = [];
  for (let i = 0; i < data.names.length && found.length < 12; i++) {
    if (data.names[i].toLocaleLowerCase().includes(wanted) || data.ids[i].toLocaleLowerCase().startsWith(wanted)) found.push(i);
  }
  results.replaceChildren(...found.map((i) => {
    const item = document.createElement("li");
    const button = element("button", `${data.names[i]} · ${data.ids[i]}`);
    button.addEventListener("click", () => { select(data.proposed[i], i); map.show(i); });
    item.append(button);
    return item;
  }));
  byId("said").textContent = found.length ? `${found.length} found` : "nothing found";
}

function wire() {
  document.querySelectorAll('input[name="mode"]').forEach((input) => input.addEventListener("change", (event) => {
    map.mode = /** @type {any} */ (event.target).value;
    byId("swipe-row").hidden = map.mode !== "swipe";
    recolour();
  }));
  byId("swipe").addEventListener("input", (event) => map.setSwipe(Number(event.target.value) / 100));
  byId("colour").addEventListener("change", recolour);
  byId("sort").addEventListener("change", listTerritories);
  byId("group").addEventListener("change", (event) => { select(-1); map.setGroup(Number(event.target.value)); listTerritories(); });
  byId("points").addEventListener("change", (event) => { map.showPoints = event.target.checked; map.draw(); });
  byId("show").addEventListener("change", (event) => filter(event.target.value));
  byId("lasso").addEventListener("click", (event) => {
    map.tool = map.tool === "lasso" ? "pan" : "lasso";
    event.currentTarget.setAttribute("aria-pressed", String(map.tool === "lasso"));
  });
  byId("search").addEventListener("input", (event) => search(event.target.value));
  byId("in").addEventListener("click", () => map.zoom(1.6));
  byId("out").addEventListener("click", () => map.zoom(1 / 1.6));
  byId("fit").addEventListener("click", () => { select(-1); map.fit(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.draw());
}

map.group = Number(byId("group").value);
byId("fallback").remove();
byId("map").hidden = false;
wire();
map.resize();
recolour();
listTerritories();
select(-1);
map.fit();
document.body.dataset.ready = "true";
