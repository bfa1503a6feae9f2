// Re-plans on the overview: progress while they run, cancel, and the new version when they end.
import { ask, notice, word } from "./actions.js";

const place = document.getElementById("runs");

/** @param {HTMLElement} line */
async function follow(line) {
  const path = `/api/plans/${place.dataset.plan}/runs/${line.dataset.run}`;
  line.querySelector(".cancel")?.addEventListener("click", async (event) => {
    event.target.disabled = true;
    try { await ask(`${path}/cancel`, { method: "POST" }); } catch (error) { notice(word(error), true); }
  });
  for (;;) {
    await new Promise((done) => setTimeout(done, 1000));
    try {
      const run = await ask(path);
      if (run.state !== "running") { location.reload(); return; }
      line.querySelector(".progress").textContent = `${run.progress} ${run.note}`;
    } catch (error) {
      notice(word(error), true);
      return;
    }
  }
}

for (const line of place?.querySelectorAll('[data-state="running"]') ?? []) follow(line);
