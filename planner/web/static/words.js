// @ts-check
/** Figures as people read them, and elements that hold text and never markup. */

/** @type {{ask: (path: string, options?: {method?: string, body?: unknown}) => Promise<any>, notice: (text: string, wrong?: boolean) => void, word: (error: any) => string}} */
const actions = await import(/** @type {HTMLScriptElement} */ (document.querySelector('script[src*="/actions.js"]')).src);
export const { ask, notice, word } = actions;

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/**
 * @param {string} tag
 * @param {Record<string, any>} [options] properties; `kind` is the class, `data` and `aria` are attributes
 * @param {...(Node|string)} children
 * @returns {any}
 */
export function make(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (name === "kind") node.className = value;
    else if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (name.startsWith("aria") || name === "role" || name === "title") node.setAttribute(name.replace(/^aria([A-Z])/, (_, letter) => `aria-${letter.toLowerCase()}`), String(value));
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

const compact = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 2 });
const plain = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** @param {number|null|undefined} value @param {string} kind money, hours, number, exact, share or chance @param {string} [currency] */
export function figure(value, kind, currency = "") {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (kind === "share") return `${value >= 0 ? "+" : "−"}${Math.abs(value * 100).toFixed(1)}%`;
  if (kind === "chance") return `${(value * 100).toFixed(0)}%`;
  const text = (kind !== "exact" && Math.abs(value) >= 1e5 ? compact : plain).format(value);
  return kind === "money" ? `${text} ${currency}`.trim() : kind === "hours" ? `${text} h` : text;
}

/** @param {number} value @param {string} kind @param {string} [currency] */
export function signed(value, kind, currency = "") {
  return `${value > 0 ? "+" : value < 0 ? "−" : "±"}${figure(Math.abs(value), kind, currency)}`;
}

/** What figures say, by what they are called. @type {Record<string, string>} */
const MEANINGS = {
  Accounts: "How many accounts, today → proposed",
  Today: "As it is today", Proposed: "As the plan would have it", Now: "As the plan is", Then: "With the moves made",
  Held: "It stays with its rep whatever the plan would gain by moving it",
  "Expected in the plan": "What it is expected to book in the plan", "Likely range": "Four times of five it books between these",
  "Last 12 months": "What it booked in the twelve months before the plan", "Open pipeline": "Open deals, all together",
  Travel: "Cost of driving to it, a year", Change: "Revenue that is likely lost when it changes rep, a year", "Against plan": "What the whole plan would cost more (+) or less (−) a year",
  "Cost a year": "What the whole plan would cost more (+) or less (−) a year: travel, change of reps, imbalance",
  "  travel": "Hours on the road, times the cost of an hour", "  disruption": "Revenue that is likely lost when accounts change rep",
  Driving: "Hours on the road a year", "At risk": "Revenue of the last twelve months that it takes over from another rep",
  Target: "Its fair share", Off: "How far it is from its fair share",
  Set: "Its quota for the whole plan", "Fair share of its accounts": "What its accounts count for before limits and rounding",
  "Same accounts last year": "What these accounts booked in the twelve months before the plan",
  "Productive share of the year": "Less than 100% for new people and for those who are away or leave",
  "Driving a year": "Hours on the road a year", "Revenue at risk": "Revenue of the last twelve months that it takes over from another rep",
  "The company's goal": "In how many simulated years the company reaches its goal",
};

/** @param {string|Node} name what a figure says, undefined where its name says it all */
const meaning = (name) => (typeof name === "string" && MEANINGS[name] ? { title: MEANINGS[name] } : {});

/** @param {[string, string|Node][]} pairs */
export function facts(pairs) {
  const list = make("dl", { kind: "facts" });
  for (const [name, value] of pairs) list.append(make("dt", meaning(name), name), make("dd", meaning(name), value));
  return list;
}

/** @param {string[]} heads @param {(string|Node)[][]} rows columns after the first are figures */
export function table(heads, rows) {
  const cells = (/** @type {(string|Node)[]} */ row, /** @type {string} */ tag) => row.map((cell, i) => make(tag, { kind: i ? "number" : "", ...meaning(i ? heads[i] : cell) }, cell));
  const head = make("thead", {}, make("tr", {}, ...cells(heads, "th")));
  return make("table", {}, head, make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells(row, "td")))));
}

/** Wait until a burst of calls is over. @template {any[]} A @param {(...args: A) => void} act @param {number} milliseconds */
export function calmly(act, milliseconds) {
  let timer = 0;
  return (/** @type {A} */ ...args) => { clearTimeout(timer); timer = setTimeout(() => act(...args), milliseconds); };
}
