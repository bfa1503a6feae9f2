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

/** @param {[string, string|Node][]} pairs */
export function facts(pairs) {
  const list = make("dl", { kind: "facts" });
  for (const [name, value] of pairs) list.append(make("dt", {}, name), make("dd", {}, value));
  return list;
}

/** @param {string[]} heads @param {(string|Node)[][]} rows columns after the first are figures */
export function table(heads, rows) {
  const cells = (/** @type {(string|Node)[]} */ row, /** @type {string} */ tag) => row.map((cell, i) => make(tag, { kind: i ? "number" : "" }, cell));
  const head = make("thead", {}, make("tr", {}, ...cells(heads, "th")));
  return make("table", {}, head, make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells(row, "td")))));
}

/** Wait until a burst of calls is over. @template {any[]} A @param {(...args: A) => void} act @param {number} milliseconds */
export function calmly(act, milliseconds) {
  let timer = 0;
  return (/** @type {A} */ ...args) => { clearTimeout(timer); timer = setTimeout(() => act(...args), milliseconds); };
}
