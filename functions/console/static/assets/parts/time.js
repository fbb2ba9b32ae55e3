// Moments on the page: short to look at, whole for who points at them or listens.
import { now } from "../clock.js";
import { ahead, moment, span } from "../format.js";
import { html } from "../lib.js";

/** How long ago something was; `since` says of what, to who listens, `now` what is shown before a minute is over. */
export function Age({ at, since, now: atOnce = "now" }) {
  if (!at) return html`<span class="faint">–</span>`;
  const length = span(now() - new Date(at));
  return html`<time datetime=${at} title=${moment(at)}>${since && html`<span class="unseen">${since} </span>`}${length === "now" ? atOnce : length}</time>`;
}

/** The same as a moment that has passed: `3 d ago`. */
export function Ago({ at }) {
  const length = span(now() - new Date(at));
  return html`<time datetime=${at} title=${moment(at)}>${length === "now" ? "just now" : `${length} ago`}</time>`;
}

/** When an open task is due: how long that is away, or by how much it is overdue. */
export function Due({ task }) {
  if (!task.dueTime) return html`<span class="faint">–</span>`;
  const left = new Date(task.dueTime) - now();
  const text = left < 0 ? `${span(left)} ago` : `in ${ahead(left)}`;
  const shown = Math.abs(left) < 60_000 ? "now" : text;
  return html`<time class=${task.overdue ? "due overdue" : "due"} datetime=${task.dueTime} title=${moment(task.dueTime)}>
    ${task.overdue && html`<span class="mark" aria-hidden="true">!</span><span class="unseen">Overdue: </span>`}${shown}
  </time>`;
}
