// @ts-check
import { ask, byId, calmly, figure, make, notice, word } from "/static/words.js";

/** The table: pages come from the server; what is chosen here is chosen on the map too. */

const PAGE = 50;
const FIRST = ["account_id", "name", "territory", "previous", "held"];
const KEPT = "planner.columns";

export class Accounts {
  /** @param {any} work */
  constructor(work) {
    this.work = work;
    this.offset = 0;
    this.total = 0;
    this.sort = "account_id";
    this.descending = false;
    this.chosen = -1;
    this.asked = 0;
    /** @type {any[]} */
    this.rows = [];
    /** Totals of all that the filters leave; nothing before the first answer. @type {Record<string, number>|undefined} */
    this.sums = undefined;
    /** @type {Promise<void>} */
    this.newest = Promise.resolve();
    this.boxes = /** @type {HTMLInputElement[]} */ ([...byId("columns").querySelectorAll("input")]);
  }

  async start() {
    const kept = this.#kept();
    const money = this.boxes.filter((box) => box.value.startsWith("measure_") || box.value === "trailing").map((box) => box.value);
    const shown = kept ?? [...FIRST, ...money.slice(0, 4)];
    for (const box of this.boxes) {
      box.checked = shown.includes(box.value);
      box.addEventListener("change", () => { this.#keep(); this.#head(); this.#body(); this.#link(); });
    }
    const territories = this.work.data.territories.filter((/** @type {any} */ t) => t.id).map((/** @type {any} */ t) => ({ id: t.id, name: this.work.nameOf(t.id) })).sort((/** @type {any} */ a, /** @type {any} */ b) => a.name.localeCompare(b.name));
    for (const id of ["territory", "previous"]) byId(id).append(...territories.map((/** @type {any} */ t) => make("option", { value: t.id }, t.name)));
    this.territories = territories;
    const again = () => { this.offset = 0; this.load(); };
    byId("search").addEventListener("input", calmly(again, 150));
    for (const id of ["territory", "previous", "state", "on-map"]) byId(id).addEventListener("change", again);
    byId("reset").addEventListener("click", () => { byId("search").value = ""; for (const id of ["territory", "previous", "state"]) byId(id).value = ""; byId("on-map").checked = false; again(); });
    byId("back").addEventListener("click", () => { this.offset = Math.max(0, this.offset - PAGE); this.load(); });
    byId("forth").addEventListener("click", () => { if (this.offset + PAGE < this.total) { this.offset += PAGE; this.load(); } });
    byId("take-all")?.addEventListener("click", () => this.takeAll());
    this.#head();
    await this.load();
  }

  #kept() {
    try { return JSON.parse(localStorage.getItem(KEPT) ?? "null"); } catch { return null; }
  }
  #keep() {
    try { localStorage.setItem(KEPT, JSON.stringify(this.boxes.filter((box) => box.checked).map((box) => box.value))); } catch { /* private windows keep nothing */ }
  }

  get columns() { return this.boxes.filter((box) => box.checked).map((box) => ({ name: box.value, title: box.dataset.title ?? "", meaning: box.dataset.meaning ?? "", kind: box.dataset.kind ?? "text" })); }

  get query() {
    return { search: byId("search").value, territory: byId("territory").value, previous: byId("previous").value, state: byId("state").value, sort: this.sort, descending: this.descending };
  }

  /** Show what the filters leave; whoever waits for it waits until the newest question is answered. @returns {Promise<void>} */
  load() {
    this.newest = this.#load(++this.asked);
    return this.newest;
  }

  /** @param {number} number @returns {Promise<void>} */
  async #load(number) {
    const onMap = byId("on-map").checked;
    try {
      const answer = await ask(`${this.work.api}/accounts/query`, { method: "POST", body: { ...this.query, offset: this.offset, limit: PAGE, with_positions: onMap } });
      if (number !== this.asked) return this.newest;
      this.rows = answer.rows;
      this.total = answer.total;
      this.sums = answer.sums;
      this.#filterMap(onMap ? answer.positions : null);
      this.#body();
      this.#link();
    } catch (error) { notice(word(error), true); }
  }

  /** Show the rows again: who serves them is read from the basket. */
  redraw() { if (this.sums) this.#body(); }

  /** @param {number[]|null} positions */
  #filterMap(positions) {
    const { map, indexOf } = this.work;
    if (!positions) { if (map.filter) { map.filter = null; map.refresh(); } return; }
    map.filter = new Uint8Array(map.x.length);
    for (const position of positions) { const i = indexOf.get(position); if (i !== undefined) map.filter[i] = 1; }
    map.refresh();
  }

  async takeAll() {
    try {
      const answer = await ask(`${this.work.api}/accounts/query`, { method: "POST", body: { ...this.query, limit: 1, with_positions: true } });
      this.work.mark(answer.positions);
      this.work.open("move");
    } catch (error) { notice(word(error), true); }
  }

  #head() {
    const head = make("tr");
    if (this.work.may.propose) head.append(make("th", { kind: "tick" }, make("span", { kind: "unseen" }, "Choose")));
    for (const column of this.columns) {
      const button = make("button", { type: "button", title: `${column.meaning}${column.meaning ? ". " : ""}Click to sort`, on: { click: () => { this.descending = this.sort === column.name ? !this.descending : !["text", "date"].includes(column.kind); this.sort = column.name; this.offset = 0; this.#head(); this.load(); } } }, column.title);
      head.append(make("th", { scope: "col", kind: ["text", "date", "flag"].includes(column.kind) ? "" : "number", ariaSort: this.sort === column.name ? (this.descending ? "descending" : "ascending") : "none" }, button));
    }
    if (this.work.may.comment) head.append(make("th", {}, make("span", { kind: "unseen" }, "Comment")));
    byId("accounts").tHead.replaceChildren(head);
  }

  #body() {
    byId("accounts").tBodies[0].replaceChildren(...this.rows.map((row) => this.#row(row)));
    const last = Math.min(this.offset + PAGE, this.total);
    byId("range").textContent = this.total ? `${(this.offset + 1).toLocaleString("en-GB")}–${last.toLocaleString("en-GB")} of ${this.total.toLocaleString("en-GB")}` : "No account fits these filters.";
    byId("back").disabled = this.offset === 0;
    byId("forth").disabled = last >= this.total;
    const sums = this.columns.filter((column) => this.sums && column.name in this.sums).slice(0, 4);
    byId("sums").textContent = sums.map((column) => `${column.title} ${figure(this.sums[column.name], column.kind, this.work.data.currency)}`).join(" · ");
    this.tick();
  }

  /** @param {any} row */
  #row(row) {
    const line = make("tr", { on: { click: () => this.work.chooseAccount(row.account_id, row.position, true) } });
    line.dataset.position = String(row.position);
    if (this.work.may.propose) {
      const box = make("input", { type: "checkbox", ariaLabel: `Choose ${row.name || row.account_id}`, on: { click: (/** @type {Event} */ event) => event.stopPropagation(), change: () => this.#choose(row.position, box.checked) } });
      line.append(make("td", { kind: "tick" }, box));
    }
    for (const column of this.columns) line.append(this.#cell(row, column));
    if (this.work.may.comment) line.append(make("td", {}, this.#opens(row, "comment …", "Say something about this account", "#comment-words")));
    return line;
  }

  /** A button that opens an account's details where something is to be written. @param {any} row @param {string} words @param {string} title @param {string} field */
  #opens(row, words, title, field) {
    return make("button", { type: "button", kind: "link", title, ariaLabel: `${title}: ${row.name || row.account_id}`, on: { click: async (/** @type {Event} */ event) => {
      event.stopPropagation();
      await this.work.chooseAccount(row.account_id, row.position, true);
      /** @type {HTMLElement|null} */ (document.querySelector(field))?.focus();
    } } }, words);
  }

  /** @param {any} row @param {{name: string, kind: string}} column */
  #cell(row, column) {
    const value = row[column.name];
    if (column.name === "territory" && this.work.may.propose) return make("td", {}, this.#owner(row));
    if (column.name === "territory" || column.name === "previous") return make("td", { title: value }, value ? this.work.nameOf(value) : "nobody");
    if (column.name === "account_id") return make("td", {}, make("button", { type: "button", kind: "link", on: { click: (/** @type {Event} */ event) => { event.stopPropagation(); this.work.chooseAccount(row.account_id, row.position, true); } } }, value));
    if (column.name === "held" && !value && this.work.may.propose) return make("td", {}, this.#opens(row, "hold …", "Propose to keep it with this rep", "#hold-reason"));
    if (column.kind === "flag") return make("td", {}, value ? "yes" : "");
    if (["text", "date"].includes(column.kind)) return make("td", { title: value.slice(0, 300) }, value.slice(0, 300));
    return make("td", { kind: "number" }, figure(value, column.kind === "money" ? "number" : column.kind));
  }

  /** Who serves an account, to be changed: what it would do is shown before it is made. @param {any} row */
  #owner(row) {
    const planned = this.work.moves.target(row.account_id) ?? row.territory;
    const list = make("select", { ariaLabel: `Who serves ${row.name || row.account_id}`, on: {
      click: (/** @type {Event} */ event) => event.stopPropagation(),
      focus: () => { if (list.options.length < 2) this.#fill(list, planned); },
      pointerdown: () => { if (list.options.length < 2) this.#fill(list, planned); },
      change: () => { this.work.mark([row.position]); this.work.moves.preview(list.value); this.work.open("move"); },
    } }, make("option", { value: planned, selected: true }, planned ? this.work.nameOf(planned) : "nobody"));
    return list;
  }

  /** Two hundred names in each row would be slow: a list is filled when it is opened. @param {HTMLSelectElement} list @param {string} planned */
  #fill(list, planned) {
    const others = (this.territories ?? []).filter((/** @type {any} */ t) => t.id !== planned);
    list.append(...others.map((/** @type {any} */ t) => make("option", { value: t.id }, t.name)));
  }

  /** @param {number} position @param {boolean} on */
  #choose(position, on) {
    const marked = new Set(this.work.marked);
    if (on) marked.add(position); else marked.delete(position);
    this.work.mark([...marked]);
  }

  /** Show which rows are chosen. */
  tick() {
    const marked = new Set(this.work.marked);
    for (const line of byId("accounts").tBodies[0].rows) {
      const position = Number(line.dataset.position);
      const box = line.querySelector('input[type="checkbox"]');
      if (box) box.checked = marked.has(position);
      line.setAttribute("aria-selected", String(marked.has(position) || position === this.chosen));
    }
  }

  /** @param {number} position */
  highlight(position) { this.chosen = position; this.tick(); }

  #link() {
    const link = byId("export");
    if (!link) return;
    const { search, territory, previous, state, sort, descending } = this.query;
    const asked = new URLSearchParams({ search, territory, previous, state, sort, descending: String(descending), columns: this.columns.map((column) => column.name).join(",") });
    link.href = `${link.pathname}?${asked}`;
  }
}
