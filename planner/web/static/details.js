// @ts-check
import { ask, byId, facts, figure, make, notice, table, word } from "/static/words.js";

/** Why: the engine's own explanation of an account or a territory, in words and figures. */

export class Details {
  /** @param {any} work */
  constructor(work) {
    this.work = work;
    this.place = byId("chosen");
    this.asked = 0;
  }

  nothing() {
    this.asked++;
    const { data } = this.work;
    const rows = data.territories.map((/** @type {any} */ t, /** @type {number} */ i) => ({ t, i })).filter((/** @type {any} */ row) => row.t.measures)
      .map((/** @type {any} */ row) => ({ ...row, worst: Math.max(0, ...row.t.measures.map((/** @type {any} */ one, /** @type {number} */ m) => (one.deviation === null || !data.measures[m].tolerance ? 0 : Math.abs(one.deviation) / data.measures[m].tolerance))) }))
      .sort((/** @type {any} */ a, /** @type {any} */ b) => b.worst - a.worst || a.i - b.i);
    this.place.replaceChildren(
      make("p", { kind: "hint" }, "Choose an account or a territory on the map, or draw around several."),
      make("h3", {}, "Territories, least balanced first"),
      table(["Territory", ...data.measures.slice(0, 3).map((/** @type {any} */ m) => m.label)], rows.map((/** @type {any} */ { t, i }) => [
        make("button", { type: "button", kind: "link", on: { click: () => this.work.chooseTerritory(i, true) } }, t.rep || t.id),
        ...t.measures.slice(0, 3).map((/** @type {any} */ one, /** @type {number} */ m) => make("span", { kind: this.#outside(one.deviation, data.measures[m]) ? "up" : "", title: "Against its target" }, figure(one.deviation, "share"))),
      ])),
    );
  }

  /** @param {number|null} deviation @param {any} measure */
  #outside(deviation, measure) { return deviation !== null && measure.tolerance !== null && Math.abs(deviation) > measure.tolerance * 1.000001; }

  /** @param {string} path @param {(answer: any) => Node[]} show */
  async #fetch(path, show) {
    const number = ++this.asked;
    this.place.replaceChildren(make("p", { kind: "hint" }, "…"));
    try {
      const answer = await ask(`${this.work.api}/explanations/${path}`);
      if (number !== this.asked) return;
      this.place.replaceChildren(make("button", { type: "button", kind: "link", on: { click: () => { this.work.map.select(-1); this.nothing(); } } }, "‹ all territories"), ...show(answer));
      byId("said").textContent = this.place.innerText.slice(0, 600);
    } catch (error) { if (number === this.asked) this.place.replaceChildren(make("p", { kind: "wrong" }, word(error))); }
  }

  /** @param {string} id @param {number} position */
  account(id, position) {
    return this.#fetch(`accounts/${encodeURIComponent(id)}`, (answer) => this.#account(answer, position));
  }

  /** @param {any} why @param {number} position */
  #account(why, position) {
    const { work } = this, currency = why.currency;
    const measures = Object.entries(why.measures).map(([name, value]) => /** @type {[string, string]} */ ([name.replaceAll("_", " "), figure(/** @type {number} */ (value), work.data.measures.find((/** @type {any} */ m) => m.name === name)?.kind ?? "number", currency)]));
    return [
      make("h2", {}, why.name || why.account_id),
      facts([["Account", why.account_id], ["Today", why.previous_territory_id ? work.nameOf(why.previous_territory_id) : "nobody"], ["Proposed", why.territory_id ? work.nameOf(why.territory_id) : "nobody"], ...measures]),
      ...(why.reason ? [make("p", { kind: "reason" }, why.reason)] : []),
      ...(why.hold ? [make("p", { kind: "reason" }, `Held: ${why.hold}`)] : []),
      ...(why.would_have_kept ? [make("p", { kind: "reason" }, why.would_have_kept)] : []),
      ...(why.kept_together_with.length ? [make("h3", {}, "Kept together with"), make("p", { kind: "reason" }, why.kept_together_with.slice(0, 20).join(", "))] : []),
      make("h3", {}, "What it may bring"),
      facts([["Expected in the plan", figure(why.potential.expected, "money", currency)], ["Likely range", `${figure(why.potential.low, "number")} to ${figure(why.potential.high, "money", currency)}`], ["Last 12 months", figure(why.potential.trailing, "money", currency)]]),
      make("ul", { kind: "plain" }, ...why.potential.why.map((/** @type {string} */ words) => make("li", {}, words))),
      make("h3", {}, "Who else could serve it, a year"),
      this.#alternatives(why, position),
      ...(why.forbidden.length ? [make("details", {}, make("summary", {}, `${why.forbidden.length} territories may not serve it`), make("ul", { kind: "plain" }, ...why.forbidden.slice(0, 300).map((/** @type {any} */ one) => make("li", {}, `${work.nameOf(one.territory_id)}: ${one.rule}`))))] : []),
      ...this.#hold(why),
      ...this.#comments("account", why.account_id),
    ];
  }

  /** @param {any} why @param {number} position */
  #alternatives(why, position) {
    const { work } = this, here = why.alternatives.find((/** @type {any} */ one) => one.territory_id === why.territory_id);
    const rows = why.alternatives.slice(0, 8).map((/** @type {any} */ one) => {
      const same = one.territory_id === why.territory_id;
      const name = same || !work.may.propose ? work.nameOf(one.territory_id) : make("button", { type: "button", kind: "link", title: "Show what the move would do", on: { click: () => { work.mark([position]); work.moves.preview(one.territory_id); work.open("move"); } } }, work.nameOf(one.territory_id));
      return [name, figure(one.cost_by_term.travel ?? 0, "number"), figure(one.cost_by_term.disruption ?? 0, "number"), same ? "plan" : here ? `${one.cost >= here.cost ? "+" : "−"}${figure(Math.abs(one.cost - here.cost), "number")}` : "–"];
    });
    return rows.length ? table(["Territory", "Travel", "Change", "Against plan"], rows) : make("p", { kind: "hint" }, "Nobody whose figures you may see.");
  }

  /** @param {any} why */
  #hold(why) {
    if (!this.work.may.propose || !why.territory_id || why.held) return [];
    const send = async () => {
      try {
        await ask(`${this.work.api}/proposals`, { method: "POST", body: { reason: reason.value, moves: { [why.account_id]: why.territory_id } } });
        notice("Proposed to keep it here. It is held once that is accepted.");
      } catch (error) { notice(word(error), true); }
    };
    const reason = make("input", { placeholder: "Why keep it here?", ariaLabel: "Why keep it here?", maxLength: 2000, id: "hold-reason" });
    return [make("h3", {}, "Hold"), make("div", { kind: "row" }, reason, make("button", { type: "button", on: { click: send } }, "Keep it here"))];
  }

  /** @param {number} t */
  territory(t) {
    const one = this.work.data.territories[t];
    if (one.hidden) { this.place.replaceChildren(make("h2", {}, this.work.nameOf(one.id)), make("p", { kind: "hint" }, "Its figures are not for you to see. You may propose to move accounts there.")); return; }
    return this.#fetch(`territories/${encodeURIComponent(one.id)}`, (answer) => this.#territory(answer));
  }

  /** @param {any} why */
  #territory(why) {
    const { work } = this, currency = why.currency;
    const kinds = new Map(work.data.measures.map((/** @type {any} */ m) => [m.name, m]));
    const measures = why.measures.map((/** @type {any} */ m) => {
      const kind = kinds.get(m.measure)?.kind ?? "number";
      return [m.measure.replaceAll("_", " "), figure(m.today, kind), figure(m.proposed, kind), figure(m.target, kind), make("span", { kind: this.#outside(m.deviation, kinds.get(m.measure) ?? { tolerance: null }) ? "up" : "", title: m.binds ? `At its ${m.binds}` : "" }, `${figure(m.deviation, "share")}${m.binds ? " ▮" : ""}`)];
    });
    return [
      make("h2", {}, why.rep),
      facts([["Territory", why.territory_id], ["Accounts", `${why.accounts_today} → ${why.accounts}`], ["Held", String(why.held)], ["Compared with", why.peers]]),
      make("h3", {}, "Balance"),
      table(["", "Today", "Plan", "Target", "Off"], measures),
      ...this.#quota(why, currency),
      ...this.#changes("Comes in", why.gained, "from", currency),
      ...this.#changes("Goes away", why.lost, "to", currency),
      ...this.#comments("territory", why.territory_id),
    ];
  }

  /** @param {any} why @param {string} currency */
  #quota(why, currency) {
    return why.quota.flatMap((/** @type {any} */ q) => [
      make("h3", {}, q.component === "total" ? "Quota" : `Quota: ${q.component}`),
      facts([["Set", figure(q.quota, "money", currency)], ["Fair share of its accounts", figure(q.fair_share, "money", currency)], ["Same accounts last year", figure(q.last_year, "money", currency)], ["Productive share of the year", figure(q.ramp, "chance")]]),
      ...(q.by_hand ? [make("p", { kind: "reason" }, "Set by hand.")] : []),
      ...(q.limits.length ? [make("p", { kind: "reason" }, `Limits that bind: ${q.limits.join(", ")}`)] : []),
    ]);
  }

  /** @param {string} title @param {any[]} rows @param {string} way @param {string} currency */
  #changes(title, rows, way, currency) {
    if (!rows.length) return [];
    return [make("h3", {}, title), make("ul", { kind: "plain" }, ...rows.map((row) => make("li", { title: row.reason }, make("strong", {}, row.name || row.account_id), ` ${way} ${row.other_territory_id ? this.work.nameOf(row.other_territory_id) : "nobody"}, ${figure(row.trailing_revenue, "money", currency)}`)))];
  }

  /** @param {string} kind @param {string} id */
  #comments(kind, id) {
    const list = make("ul", { kind: "plain" });
    const where = `${this.work.api}/comments`;
    const load = async () => {
      try {
        const found = await ask(`${where}?${new URLSearchParams({ subject_kind: kind, subject_id: id })}`);
        const rows = Array.isArray(found) ? found : found.comments ?? [];
        list.replaceChildren(...rows.map((/** @type {any} */ one) => make("li", {}, make("strong", {}, one.author), ` ${one.body}`)));
      } catch { /* no comments to be seen */ }
    };
    load();
    if (!this.work.may.comment) return [make("h3", {}, "Comments"), list];
    const words = make("textarea", { ariaLabel: "Comment", id: "comment-words", maxLength: 4000, placeholder: "Say something about it" });
    const send = async () => {
      if (!words.value.trim()) return;
      try { await ask(where, { method: "POST", body: { subject_kind: kind, subject_id: id, body: words.value } }); words.value = ""; await load(); } catch (error) { notice(word(error), true); }
    };
    return [make("h3", {}, "Comments"), list, words, make("button", { type: "button", on: { click: send } }, "Comment")];
  }
}
