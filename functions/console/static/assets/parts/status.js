// A task's status as a mark whose colour says whether it waits, goes on, or is over.
import { words } from "../format.js";
import { html } from "../lib.js";

/** The status of a task, or of one of its two ends. */
export function Status({ task, text = task.status }) {
  return html`<span class=${`status ${tone(task)}`}>${words(text ?? task.state)}</span>`;
}

function tone(task) {
  if (!task.open) return task.cancelledBy || /cancel/i.test(task.status ?? "") ? "dropped" : "done";
  return task.active ? "active" : "waiting";
}
