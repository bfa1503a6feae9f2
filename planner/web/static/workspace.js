// @ts-check
import { TerritoryMap } from "/assets/map/renderer.js";
import { Accounts } from "/static/accounts.js";
import { Details } from "/static/details.js";
import { Moves } from "/static/moves.js";
import { ask, byId, calmly, facts, figure, make, notice, word } from "/static/words.js";

/**
 * The workspace of one plan: fetches the map, wires its controls, and lets map, table, details
 * and moves hear of one another.
 */

const root = byId("workspace");
/** As many moves as a basket takes. */
const MOST = 20000;
const api = `/api/plans/${encodeURIComponent(root.dataset.plan)}`;

/** @param {string} words */
export function say(words) { byId("said").textContent = words; }

/** @returns {Promise<any>} the map's data; accounts come as packed numbers */
async function load() {
  const [described, packed] = await Promise.all([
    ask(`${api}/map`),
    fetch(`${api}/map/points`, { credentials: "same-origin" }).then((answer) => { if (!answer.ok) throw new Error("The accounts did not come."); return answer.arrayBuffer(); }),
  ]);
  const count = packed.byteLength / 17;
  let at = 0;
  const take = (/** @type {any} */ kind) => { const array = new kind(packed, at, count); at += count * kind.BYTES_PER_ELEMENT; return array; };
  return { ...described, positions: take(Int32Array), lon: take(Int32Array), lat: take(Int32Array), proposed: take(Int16Array), today: take(Int16Array), flags: take(Uint8Array) };
}

/** What all parts of the page share. */
class Workspace {
  /** @param {any} data */
  constructor(data) {
    this.api = api;
    this.data = data;
    this.may = { propose: Boolean(root.dataset.mayPropose), comment: Boolean(root.dataset.mayComment) };
    /** Index on the map by position in the plan. @type {Map<number, number>} */
    this.indexOf = new Map();
    data.positions.forEach((/** @type {number} */ position, /** @type {number} */ i) => this.indexOf.set(position, i));
    this.territoryAt = new Map(data.territories.map((/** @type {any} */ t, /** @type {number} */ i) => [t.id, i]));
    this.map = new TerritoryMap(byId("map"), data);
    if (data.tiles) { this.map.useTiles(data.tiles); byId("credit").textContent = data.credit; }
    this.details = new Details(this);
    this.moves = new Moves(this);
    this.accounts = new Accounts(this);
  }

  /** @param {string} id */
  nameOf(id) {
    const t = this.data.territories[this.territoryAt.get(id) ?? -1];
    return t ? (t.rep && t.rep !== t.id ? `${t.rep} · ${t.id}` : t.id) : id ? id : "nobody";
  }

  /** @param {string} tab chosen, move or basket */
  open(tab) {
    for (const name of ["chosen", "move", "basket"]) {
      byId(name).hidden = name !== tab;
      byId(`tab-${name}`)?.setAttribute("aria-selected", String(name === tab));
    }
  }

  /** Choose an account everywhere. @param {string} id @param {number} position @param {boolean} [fly] */
  chooseAccount(id, position, fly = false) {
    const i = this.indexOf.get(position) ?? -1;
    this.map.select(-1, i);
    if (fly && i >= 0) this.map.show(i);
    this.accounts.highlight(position);
    this.open("chosen");
    return this.details.account(id, position);
  }

  /** @param {number} t @param {boolean} [fly] */
  chooseTerritory(t, fly = false) {
    this.map.select(t);
    this.accounts.highlight(-1);
    if (fly) this.map.fitTerritory(t);
    this.open("chosen");
    this.details.territory(t);
  }

  /** Mark accounts by their positions in the plan. @param {number[]} positions @param {boolean} [add] */
  mark(positions, add = false) {
    if (positions.length > MOST) { notice(`${positions.length.toLocaleString("en-GB")} accounts are more than can be moved at once; choose at most ${MOST.toLocaleString("en-GB")}.`, true); return; }
    if (!add) this.map.marked.clear();
    for (const position of positions) {
      const i = this.indexOf.get(position);
      if (i !== undefined) this.map.marked.add(i);
    }
    this.map.draw();
    this.accounts.tick();
    this.moves.selectionChanged();
  }

  /** @returns {number[]} */
  get marked() { return [...this.map.marked].map((i) => this.data.positions[i]); }
}

/** @param {Workspace} work */
function wireMap(work) {
  const { map, data } = work;
  const names = new Map();
  let pointer = { x: 0, y: 0, i: -1 };
  const fetchName = calmly(async (/** @type {number} */ i) => {
    try {
      const [found] = await ask(`${api}/accounts/names`, { method: "POST", body: { positions: [data.positions[i]] } });
      if (found) names.set(i, found);
      if (pointer.i === i) tip(pointer);
    } catch { /* a tip that does not come is no harm */ }
  }, 60);
  const tip = (/** @type {{x: number, y: number, i: number, t?: number}} */ at) => {
    const place = byId("tip"), i = at.i, t = at.t ?? -1;
    if (i < 0 && t < 0) { place.hidden = true; return; }
    const known = names.get(i), territory = data.territories[t];
    if (i >= 0) place.replaceChildren(make("strong", {}, known ? known.name || known.account_id : "…"), facts([["Account", known?.account_id ?? "…"], ["Today", nameAt(work, data.today[i])], ["Proposed", nameAt(work, data.proposed[i])], ...(data.flags[i] & 2 ? /** @type {[string, string][]} */ ([["Held", "by a rule"]]) : [])]));
    else place.replaceChildren(make("strong", {}, territory.rep || territory.id), facts([["Territory", territory.id], ...(territory.accounts ? /** @type {[string, string][]} */ ([["Accounts", `${territory.accounts.today} → ${territory.accounts.proposed}`], ...territory.measures.map((/** @type {any} */ row, /** @type {number} */ m) => [data.measures[m].label, `${figure(row.proposed, data.measures[m].kind, data.currency)}${row.deviation === null ? "" : ` (${figure(row.deviation, "share")})`}`])]) : [])]));
    place.hidden = false;
    const box = place.getBoundingClientRect();
    place.style.left = `${Math.max(8, Math.min(at.x + 14, map.width - box.width - 8))}px`;
    place.style.top = `${Math.max(8, Math.min(at.y + 14, map.height - box.height - 8))}px`;
  };
  map.onhover = (hit, x, y) => {
    pointer = /** @type {any} */ ({ x, y, i: hit.account, t: hit.account < 0 ? hit.territory : -1 });
    if (hit.account >= 0 && !names.has(hit.account)) fetchName(hit.account);
    tip(pointer);
  };
  let asked = 0;
  const choose = async (/** @type {number} */ i, /** @type {number} */ number) => {
    try {
      const [found] = await ask(`${api}/accounts/names`, { method: "POST", body: { positions: [data.positions[i]] } });
      if (found && number === asked) work.chooseAccount(found.account_id, found.position);
    } catch (error) { notice(word(error), true); }
  };
  map.onselect = (hit) => {
    asked++;
    if (hit.account >= 0) choose(hit.account, asked);
    else if (hit.territory >= 0) work.chooseTerritory(hit.territory);
    else { map.select(-1); work.mark([]); work.details.nothing(); }
  };
  map.onlasso = (accounts, add) => {
    work.mark(accounts.map((i) => data.positions[i]), add);
    say(`${map.marked.size} accounts chosen`);
    if (work.may.propose) work.open("move");
  };
}

/** @param {Workspace} work @param {number} t */
function nameAt(work, t) { return t < 0 ? "nobody" : work.nameOf(work.data.territories[t].id); }

/** @param {Workspace} work */
function wireTools(work) {
  const { map, data } = work;
  const recolour = () => {
    const rows = map.colour(byId("colour").value).map(([colour, text]) => {
      const chip = make("i", { kind: "chip" });
      chip.style.background = colour;
      return make("li", {}, chip, text);
    });
    byId("legend").replaceChildren(...rows, make("li", { kind: "quiet" }, "⌂ a rep's home   ▪ an account"));
  };
  let todayAsked = false;
  const needToday = async () => {
    if (todayAsked) return;
    todayAsked = true;
    map.setShapes("today", await ask(`${api}/map/today`));
    map.draw();
  };
  document.querySelectorAll('input[name="mode"]').forEach((input) => input.addEventListener("change", (event) => {
    map.mode = /** @type {any} */ (event.target).value;
    byId("swipe").hidden = map.mode !== "swipe";
    if (map.mode !== "proposed") needToday().catch((error) => { todayAsked = false; notice(word(error), true); });
    recolour();
    say(`The map shows ${map.mode === "swipe" ? "today beside proposed" : map.mode}`);
  }));
  byId("swipe").addEventListener("input", (event) => map.setSwipe(Number(event.target.value) / 100));
  byId("colour").addEventListener("change", recolour);
  byId("group").replaceChildren(...data.groups.map((/** @type {string} */ name, /** @type {number} */ i) => make("option", { value: String(i) }, name)), make("option", { value: "-1" }, "All together"));
  byId("group").addEventListener("change", (event) => map.setGroup(Number(event.target.value)));
  byId("points").addEventListener("change", (event) => { map.showPoints = event.target.checked; map.draw(); });
  byId("homes").addEventListener("change", (event) => { map.showHomes = event.target.checked; map.draw(); });
  byId("in").addEventListener("click", () => map.zoom(1.6));
  byId("out").addEventListener("click", () => map.zoom(1 / 1.6));
  byId("fit").addEventListener("click", () => map.fit());
  byId("lasso").addEventListener("click", (event) => {
    map.tool = map.tool === "lasso" ? "pan" : "lasso";
    event.currentTarget.setAttribute("aria-pressed", String(map.tool === "lasso"));
    map.canvas.classList.toggle("lassoing", map.tool === "lasso");
  });
  for (const name of ["chosen", "move", "basket"]) byId(`tab-${name}`)?.addEventListener("click", () => work.open(name));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.draw());
  if (matchMedia("(max-width: 960px)").matches) document.querySelector(".legend")?.removeAttribute("open");
  map.group = data.territories.length ? 0 : -1;
  byId("group").value = String(map.group);
  recolour();
  map.fit();
}

try {
  const data = await load();
  const work = new Workspace(data);
  /** Tests and readers that cannot see the map ask here what it shows. */
  /** @type {any} */ (window).territoryMap = work.map;
  byId("waiting").remove();
  byId("counts").textContent = `${data.accounts.toLocaleString("en-GB")} accounts, ${data.moved.toLocaleString("en-GB")} move`;
  wireMap(work);
  wireTools(work);
  work.details.nothing();
  await Promise.all([work.accounts.start(), work.moves.start()]);
  document.body.dataset.ready = "true";
} catch (error) {
  notice(word(error), true);
  byId("waiting")?.replaceChildren(word(error));
}
