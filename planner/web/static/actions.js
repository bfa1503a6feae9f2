// Forms and requests that change something: JSON, with the session's token, and words for every end.

/** @returns {string} the session's token, which every change must carry */
export function csrf() {
  return document.querySelector('meta[name="csrf"]')?.getAttribute("content") ?? "";
}

/**
 * Ask the server; throws an Error with `status` and `details` where it refuses.
 * @param {string} path
 * @param {{method?: string, body?: unknown}} [options]
 * @returns {Promise<any>}
 */
export async function ask(path, { method = "GET", body } = {}) {
  const headers = { Accept: "application/json", "X-CSRF-Token": csrf() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(path, {
    method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin",
  });
  const answer = response.status === 204 ? null : await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401) location.assign("/sign-in");
  throw Object.assign(new Error(answer?.error ?? response.statusText), { status: response.status, details: answer });
}

/**
 * Show a line at the foot of the page; people who can't see it hear it.
 * @param {string} text
 * @param {boolean} [wrong]
 */
export function notice(text, wrong = false) {
  const place = document.getElementById("notice");
  if (!place) return;
  place.textContent = text;
  place.classList.toggle("wrong", wrong);
}

/**
 * Put what the server refused into words, both sides of a conflict included.
 * @param {any} error
 * @returns {string}
 */
export function word(error) {
  const details = error.details ?? {};
  const lines = [error.message];
  for (const problem of details.problems ?? []) lines.push(`${problem.where}: ${problem.what}`);
  for (const line of details.difference ?? []) lines.push(`${line.what}: now “${line.theirs}”, yours “${line.yours}”`);
  for (const finding of details.findings ?? []) lines.push(`${finding.message} ${finding.advice}`.trim());
  return lines.join("\n");
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 * @returns {Record<string, unknown>}
 */
function values(form, submitter) {
  const body = {};
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement)) continue;
    if (!field.name || field.disabled) continue;
    if (field instanceof HTMLInputElement && field.type === "radio" && !field.checked) continue;
    if (field instanceof HTMLInputElement && field.type === "checkbox" && field.value === "on") { body[field.name] = field.checked; continue; }
    if (field instanceof HTMLInputElement && field.type === "checkbox") { body[field.name] ??= []; if (field.checked) body[field.name].push(field.value); continue; }
    body[field.name] = field.dataset.type === "number" ? (field.value === "" ? null : Number(field.value)) : field.value;
  }
  if (submitter instanceof HTMLButtonElement && submitter.name) body[submitter.name] = submitter.value;
  return body;
}

/** @param {SubmitEvent} event */
async function send(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.api) return;
  event.preventDefault();
  const submitter = event.submitter;
  const question = submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !window.confirm(question)) return;
  const buttons = [...form.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  try {
    const answer = await ask(form.dataset.api, { method: form.dataset.method ?? "POST", body: values(form, submitter) });
    form.dispatchEvent(new CustomEvent("answered", { bubbles: true, detail: answer }));
    const then = form.dataset.then ?? "reload";
    if (then === "reload") location.reload();
    else if (then !== "stay") location.assign(answer?.url ?? then);
  } catch (error) {
    notice(word(error), true);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

// A page that loads this module under two addresses must not send its forms twice.
if (!document.documentElement.dataset.forms) {
  document.documentElement.dataset.forms = "sent by actions.js";
  document.addEventListener("submit", send);
}
