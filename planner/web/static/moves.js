// @ts-check
import { ask, byId, facts, figure, make, notice, signed, table, word } from "/static/words.js";

/**
 * Moves: what is chosen, what a move would do before it is made, and the basket, with undo and
 * redo, that becomes a proposal. Every figure comes from the planner; nothing is computed here.
 */

export class Moves {
  /** @param {any} work */
  constructor(work) {
    this.work = work;
    /** @type {{moves: Record<string, string>, revision: number, can_undo: boolean, can_redo: boolean}} */
    this.basket = { moves: {}, revision: 0, can_undo: false, can_redo: false };
    /** @type {any[]} */
    this.chosen = [];
    this.to = "";
    this.asked = 0;
    this.weighed = 0;
    /** The proposal that these moves answer, where they counter one. */
    this.counters = new URLSearchParams(location.search).get("counter");
    /** What that proposal moves, with what it would be countered with. @type {any[]} */
    this.answered = [];
  }

  async start() {
    if (!this.work.may.propose) return;
    this.basket = await ask(`${this.work.api}/basket`);
    if (this.counters) {
      const proposal = await ask(`${this.work.api}/proposals/${encodeURIComponent(this.counters)}`);
      this.answered = proposal.moves.map((/** @type {any} */ one) => ({ ...one, wish: one.to_territory }));
      this.work.open("basket");
    }
    this.selectionChanged();
    this.#showBasket();
  }

  /** All moves that are wished: those of the proposal that is answered, and the basket's. */
  get every() {
    const kept = this.answered.filter((one) => one.wish !== one.from_territory);
    return { ...Object.fromEntries(kept.map((one) => [one.account_id, one.wish])), ...this.basket.moves };
  }

  /** @param {string} account */
  target(account) { return this.basket.moves[account]; }

  async selectionChanged() {
    if (!this.work.may.propose) return;
    const positions = this.work.marked, place = byId("move"), number = ++this.asked;
    byId("marked-count").hidden = positions.length === 0;
    byId("marked-count").textContent = String(positions.length);
    if (positions.length === 0) {
      this.chosen = [];
      place.replaceChildren(make("p", { kind: "hint" }, "Draw around accounts on the map (◌, or Shift and drag), tick rows of the table, or choose all that the filters leave."));
      return;
    }
    // Until the new names are here, nothing is chosen: a button must not move what was chosen before.
    this.chosen = [];
    place.replaceChildren(make("p", { kind: "hint" }, "…"));
    try {
      const names = await ask(`${this.work.api}/accounts/names`, { method: "POST", body: { positions } });
      if (number !== this.asked) return;
      this.chosen = names;
      this.#showSelection();
    } catch (error) { if (number === this.asked) place.replaceChildren(make("p", { kind: "wrong" }, word(error))); }
  }

  /** Show what a move of the chosen accounts would do. @param {string} territory */
  preview(territory) { this.to = territory; if (this.chosen.length) this.#showSelection(); }

  #showSelection() {
    const { work } = this, place = byId("move");
    const homes = new Map();
    for (const one of this.chosen) homes.set(one.territory, (homes.get(one.territory) ?? 0) + 1);
    const list = make("select", { ariaLabel: "Move to", id: "target" }, make("option", { value: "" }, "Move them to …"), ...(work.accounts.territories ?? []).map((/** @type {any} */ t) => make("option", { value: t.id, selected: t.id === this.to }, t.name)));
    const effect = make("div", { id: "effect" });
    const put = make("button", { type: "button", kind: "main", id: "put", disabled: true, on: { click: () => this.#put() } }, "Put into the basket");
    list.addEventListener("change", () => { this.to = list.value; this.#weigh(effect, put); });
    place.replaceChildren(
      make("h2", {}, this.chosen.length === 1 ? this.chosen[0].name || this.chosen[0].account_id : `${this.chosen.length.toLocaleString("en-GB")} accounts`),
      make("p", { kind: "reason" }, [...homes].sort((a, b) => b[1] - a[1]).slice(0, 6).map(([id, count]) => `${count} with ${work.nameOf(id)}`).join(", ")),
      make("div", { kind: "row" }, list, put, make("button", { type: "button", kind: "quiet", on: { click: () => work.mark([]) } }, "Let go")),
      effect,
      ...(this.chosen.length > 1 ? [make("details", {}, make("summary", {}, "The accounts"), make("ul", { kind: "plain" }, ...this.chosen.slice(0, 200).map((one) => make("li", {}, make("button", { type: "button", kind: "link", on: { click: () => work.chooseAccount(one.account_id, one.position, true) } }, `${one.name || one.account_id} · ${one.account_id}`)))))] : []),
    );
    if (this.to) this.#weigh(effect, put);
  }

  /** What the chosen accounts would be asked to do, beside what is in the basket. */
  get wished() { return Object.fromEntries(this.chosen.map((one) => [one.account_id, this.to])); }

  /** @param {HTMLElement} place @param {HTMLButtonElement} put */
  async #weigh(place, put) {
    put.disabled = !this.to;
    if (!this.to) { place.replaceChildren(); return; }
    await this.#ask(place, { ...this.every, ...this.wished });
  }

  /** @param {HTMLElement} place @param {Record<string, string>} moves */
  async #ask(place, moves) {
    const number = ++this.weighed, began = performance.now();
    try {
      const effect = await ask(`${this.work.api}/whatif`, { method: "POST", body: { moves } });
      if (number !== this.weighed) return;
      const chances = make("div", { kind: "chances" }, make("p", { kind: "hint" }, "Who reaches his quota is being simulated …"));
      place.replaceChildren(...this.#effect(effect), chances);
      place.dataset.took = String(Math.round(performance.now() - began));
      byId("said").textContent = effect.breaks.length ? `${effect.breaks.length} rules would break: ${effect.breaks[0].words}` : "No rule would break.";
      const found = await ask(`${this.work.api}/whatif/chances`, { method: "POST", body: { moves } });
      if (number === this.weighed) chances.replaceChildren(...this.#chances(found));
    } catch (error) { if (number === this.weighed) place.replaceChildren(make("p", { kind: "wrong" }, word(error))); }
  }

  async #put() {
    try {
      this.basket = await ask(`${this.work.api}/basket`, { method: "POST", body: { moves: this.wished } });
      this.to = "";
      this.work.mark([]);
      this.#showBasket();
      this.work.open("basket");
    } catch (error) { notice(word(error), true); }
  }

  /** @param {string} step undo, redo or clear */
  async #step(step) {
    try {
      this.basket = await ask(`${this.work.api}/basket/${step}`, { method: "POST", body: {} });
      this.#showBasket();
    } catch (error) { notice(word(error), true); }
  }

  #showBasket() {
    const { work } = this, place = byId("basket"), entries = Object.entries(this.every);
    byId("basket-count").hidden = entries.length === 0;
    byId("basket-count").textContent = String(entries.length);
    work.accounts.redraw();
    const effect = make("div", { id: "basket-effect" });
    const reason = make("textarea", { id: "reason", ariaLabel: "Why", placeholder: "Why? Those who decide read it.", maxLength: 4000 });
    place.replaceChildren(
      make("div", { kind: "row" },
        make("button", { type: "button", id: "undo", disabled: !this.basket.can_undo, on: { click: () => this.#step("undo") } }, "↶ Undo"),
        make("button", { type: "button", id: "redo", disabled: !this.basket.can_redo, on: { click: () => this.#step("redo") } }, "↷ Redo"),
        make("button", { type: "button", kind: "quiet", id: "clear", disabled: entries.length === 0, on: { click: () => this.#step("clear") } }, "Empty it")),
      ...(entries.length === 0 ? [...this.#answers(), make("p", { kind: "hint" }, this.counters ? `Choose the moves that you would rather see than proposal ${this.counters}.` : "Nothing is in the basket. Moves that you try are kept here until you propose them.")] : [
        ...this.#answers(),
        effect,
        make("h3", {}, this.counters ? `Counter proposal ${this.counters}` : "Propose"),
        reason,
        make("button", { type: "button", kind: "main", id: "propose", on: { click: () => this.#propose(reason.value) } }, `${this.counters ? "Counter with" : "Propose"} ${entries.length === 1 ? "this move" : `these ${entries.length} moves`}`),
        make("details", {}, make("summary", {}, `${entries.length} accounts`), make("ul", { kind: "plain" }, ...entries.slice(0, 300).map(([account, to]) => make("li", {}, `${account} → ${work.nameOf(to)}`)))),
      ]),
    );
    if (entries.length) this.#ask(effect, this.every);
  }

  /** The moves of the proposal that is answered, each to be changed or left out. @returns {Node[]} */
  #answers() {
    if (!this.answered.length) return [];
    const { work } = this;
    const rows = this.answered.map((one) => {
      const list = make("select", { ariaLabel: `Where ${one.name || one.account_id} should go`, on: { change: () => { one.wish = list.value; this.#showBasket(); } } },
        make("option", { value: one.from_territory }, "leave it where it is"),
        ...(work.accounts.territories ?? []).filter((/** @type {any} */ t) => t.id !== one.from_territory).map((/** @type {any} */ t) => make("option", { value: t.id, selected: t.id === one.wish }, t.name)));
      return make("li", {}, make("strong", {}, one.name || one.account_id), " ", list);
    });
    return [make("h3", {}, `Proposal ${this.counters}, as you would have it`), make("ul", { kind: "plain", id: "answered" }, ...rows)];
  }

  /** @param {string} reason */
  async #propose(reason) {
    try {
      if (this.counters) {
        const answers = `${this.work.api}/proposals/${encodeURIComponent(this.counters)}/answers`;
        await ask(answers, { method: "POST", body: { answer: "counter", reason, moves: this.every } });
        await ask(`${this.work.api}/basket/clear`, { method: "POST", body: {} });
        this.counters = null;
        this.answered = [];
      } else await ask(`${this.work.api}/proposals`, { method: "POST", body: { reason } });
      this.basket = await ask(`${this.work.api}/basket`);
      this.#showBasket();
      notice("Proposed. The managers on both sides see it under Decisions.");
    } catch (error) { notice(word(error), true); }
  }

  /** @param {any} effect @returns {Node[]} */
  #effect(effect) {
    const { work } = this, currency = effect.currency;
    const kinds = new Map(work.data.measures.map((/** @type {any} */ m) => [m.name, m.label]));
    const balance = effect.balances.map((/** @type {any} */ one) => [
      make("span", { title: work.nameOf(one.territory_id) }, `${work.data.territories[work.territoryAt.get(one.territory_id)].rep || one.territory_id}: ${kinds.get(one.measure) ?? one.measure}`),
      one.target > 0 ? figure(one.before / one.target - 1, "share") : figure(one.before, one.kind),
      make("span", { kind: one.within ? "" : "up", title: `${figure(one.after, one.kind, currency)} of ${figure(one.target, one.kind, currency)}, allowed ±${figure(one.tolerance ?? 0, "chance")}` }, one.target > 0 ? figure(one.after / one.target - 1, "share") : figure(one.after, one.kind)),
    ]);
    const burdens = effect.burdens.map((/** @type {any} */ one) => [one.name, `${one.accounts} → ${one.accounts_after}`, one.driving === null ? "–" : `${figure(one.driving, "number")} → ${figure(one.driving_after, "hours")}`, `${figure(one.at_risk, "number")} → ${figure(one.at_risk_after, "number")}`]);
    const quotas = effect.quotas?.changes ?? [];
    return [
      make("p", { kind: "reason" }, this.#count(effect)),
      ...effect.refused.slice(0, 5).map((/** @type {any} */ one) => make("p", { kind: "wrong" }, `${one.account_id}: ${one.why}`)),
      ...this.#breaks(effect.breaks),
      ...(effect.breaks.length === 0 && effect.moved ? [make("div", { kind: "mends" }, make("strong", {}, "Every rule that holds now still holds"))] : []),
      ...effect.mended.slice(0, 5).map((/** @type {any} */ one) => make("div", { kind: "mends", title: one.rule }, make("strong", {}, `Mends: ${one.name}`), one.words)),
      facts([["Cost a year", signed(effect.cost_change, "money", currency)], ...(effect.costs ? Object.entries(effect.costs).filter(([, one]) => Math.round(one.after - one.before) !== 0).map(([name, one]) => /** @type {[string, string]} */ ([`  ${name.replaceAll("_", " ")}`, signed(one.after - one.before, "money", currency)])) : [])]),
      ...(balance.length ? [make("h3", {}, "Balance against target"), table(["", "Now", "Then"], balance)] : []),
      ...(burdens.length ? [make("h3", {}, "Travel and revenue that changes hands"), table(["", "Accounts", "Driving", "At risk"], burdens)] : []),
      ...(effect.quotas?.refusal ? [make("div", { kind: "breaks" }, make("strong", {}, "Quotas cannot be set"), effect.quotas.refusal)] : []),
      ...(quotas.length ? [make("h3", {}, "Quotas"), table(["", "Now", "Then", ""], quotas.slice(0, 8).map((/** @type {any} */ one) => [one.name, figure(one.before, "exact"), figure(one.after, "exact"), signed(one.after - one.before, "exact")]))] : []),
      ...(quotas.length > 8 ? [make("p", { kind: "hint" }, `and ${quotas.length - 8} more that settle around them`)] : []),
    ];
  }

  /** Broken rules of one name together, balance before the many single holds. @param {any[]} breaks @returns {Node[]} */
  #breaks(breaks) {
    /** @type {Map<string, any[]>} */
    const groups = new Map();
    for (const one of breaks) groups.set(one.name, [...(groups.get(one.name) ?? []), one]);
    return [...groups].sort((a, b) => a[1].length - b[1].length).map(([name, found]) => {
      const rows = found.map((one) => make("p", { title: one.rule }, one.words));
      const rest = rows.length > 3 ? [make("details", {}, make("summary", {}, `and ${rows.length - 3} more`), ...rows.slice(3))] : [];
      return make("div", { kind: "breaks" }, make("strong", {}, `Breaks: ${name}${found.length > 1 ? ` (${found.length})` : ""}`), ...rows.slice(0, 3), ...rest);
    });
  }

  /** @param {any} effect */
  #count(effect) {
    const along = effect.come_along ? `, ${effect.come_along} of them because ${effect.come_along === 1 ? "it is" : "they are"} kept together with one that you chose` : "";
    const hidden = effect.hidden ? ` (${effect.hidden} are not for you to see)` : "";
    return effect.moved ? `${effect.moved === 1 ? "1 account changes" : `${effect.moved.toLocaleString("en-GB")} accounts change`} territory${along}${hidden}.` : "Nothing changes: they are there already.";
  }

  /** @param {any} found @returns {Node[]} */
  #chances(found) {
    if (!found) return [];
    const rows = found.reps.slice(0, 8).map((/** @type {any} */ one) => [one.name, figure(one.before, "chance"), figure(one.after, "chance")]);
    const goal = found.goal ? [["The company's goal", figure(found.goal.before, "chance"), figure(found.goal.after, "chance")]] : [];
    return rows.length || goal.length ? [make("h3", {}, "Chance to reach it"), table(["", "Now", "Then"], [...goal, ...rows])] : [];
  }
}
