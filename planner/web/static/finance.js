// @ts-check
import { ask, byId, calmly, figure, make, notice, signed, table, word } from "/static/words.js";

/** Finance: opens the levels below a line, and shows what settles around a quota set by hand. */

const root = byId("finance");
const api = `/api/plans/${encodeURIComponent(root.dataset.plan)}`;
const currency = root.dataset.currency;
const lines = /** @type {HTMLTableRowElement[]} */ ([...document.querySelectorAll("#drill-down tbody tr")]);

/** @param {HTMLTableRowElement} line */
const depth = (line) => Number(line.dataset.depth);

/** Show or hide what is below a line. @param {HTMLTableRowElement} line @param {boolean} open */
function fold(line, open) {
  line.querySelector(".fold")?.setAttribute("aria-expanded", String(open));
  for (let at = lines.indexOf(line) + 1; at < lines.length && depth(lines[at]) > depth(line); at++) {
    const below = lines[at];
    below.hidden = !(open && depth(below) === depth(line) + 1);
    if (below.querySelector(".fold")) below.querySelector(".fold")?.setAttribute("aria-expanded", "false");
  }
}

for (const line of lines) {
  line.querySelector(".fold")?.addEventListener("click", (event) => {
    const open = /** @type {HTMLElement} */ (event.currentTarget).getAttribute("aria-expanded") !== "true";
    fold(line, open);
  });
}

const boxes = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("#drill-down input")]);
let asked = 0;

const show = calmly(async () => {
  const place = byId("settlement"), number = ++asked;
  const overrides = Object.fromEntries(boxes.filter((box) => box.value !== "" && Number(box.value) >= 0).map((box) => [box.dataset.rep, Number(box.value)]));
  if (Object.keys(overrides).length === 0) { place.replaceChildren(make("h3", {}, "What settles around it"), make("p", { kind: "hint" }, "Type a quota in the last column.")); return; }
  try {
    const answer = await ask(`${api}/finance/settlement`, { method: "POST", body: { overrides } });
    if (number !== asked || !answer) return;
    place.replaceChildren(...settled(answer, /** @type {Record<string, number>} */ (overrides)));
  } catch (error) { if (number === asked) place.replaceChildren(make("p", { kind: "wrong" }, word(error))); }
}, 250);

/** @param {any} answer @param {Record<string, number>} overrides @returns {Node[]} */
function settled(answer, overrides) {
  if (answer.refusal) return [make("h3", {}, "This cannot be"), make("p", { kind: "wrong" }, answer.refusal)];
  const rows = answer.changes.map((/** @type {any} */ one) => [one.by_hand ? make("strong", {}, one.name) : one.name, figure(one.after, "exact"), signed(one.after - one.before, "exact")]);
  const reason = make("textarea", { ariaLabel: "Why", placeholder: "Why? It goes into the record.", maxLength: 4000, id: "override-reason" });
  return [
    make("h3", {}, "What settles around it"),
    make("p", { kind: "quiet" }, `The goal stays ${figure(answer.goal, "exact")} ${currency}; ${rows.length} quotas change.`),
    table(["", "Quota", "Change"], rows.slice(0, 60)),
    reason,
    make("button", { type: "button", kind: "main", id: "accept-override", on: { click: () => accept(overrides, reason.value) } }, "Set it"),
  ];
}

/** @param {Record<string, number>} overrides @param {string} reason */
async function accept(overrides, reason) {
  try {
    for (const [rep, quota] of Object.entries(overrides)) await ask(`${api}/overrides`, { method: "POST", body: { rep_id: rep, quota, reason } });
    for (const box of boxes) box.value = "";
    byId("settlement").replaceChildren(make("p", { kind: "good" }, "Set. The next re-plan settles the rest around it."));
    notice("The quota is set; the next re-plan settles the rest around it.");
  } catch (error) { notice(word(error), true); }
}

for (const box of boxes) box.addEventListener("input", () => show());
document.body.dataset.ready = "true";
