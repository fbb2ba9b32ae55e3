// What went wrong, or well, in words: said aloud to who listens.
import { html } from "../lib.js";

/** A message; `children` are what can be done about it. */
export function Notice({ tone = "info", children }) {
  return html`<div class=${`notice ${tone}`} role=${tone === "bad" ? "alert" : "status"}>${children}</div>`;
}

/** What is on its way; a word only for what takes long. */
export function Loading() {
  return html`<p class="loading">Loading …</p>`;
}

/** What the API refused, with who could do it and a way to look again. */
export function Refusal({ problem, again }) {
  return html`<${Notice} tone="bad">
    <p>${reason(problem)}</p>
    ${problem.who?.length > 0 && html`<p>This could: ${problem.who.join(", ")}.</p>`}
    ${again && html`<button type="button" onClick=${again}>Look again</button>`}
  <//>`;
}

/** Why something was refused, in words for people rather than programs. */
export function reason(problem) {
  if (problem.status === 412) return "Somebody else changed this since you looked. Nothing of yours was done.";
  if (problem.status === 403 && problem.code === "unknown_user") {
    return "You are signed in, but Casetree does not know you yet. An administrator can make you known.";
  }
  return problem.message;
}
