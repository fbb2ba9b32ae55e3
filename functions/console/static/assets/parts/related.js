// Another task, named by its id: a link with what it is called and where it stands.
import { words } from "../format.js";
import { html } from "../lib.js";
import { useResource } from "../resource.js";
import { address } from "../router.js";
import { Status } from "./status.js";

/** Shown by its id until it is known, and where one may not see it. */
export function TaskLink({ id }) {
  const { data } = useResource(`/tasks/${encodeURIComponent(id)}`, { every: 20_000 });
  return data ? html`<${Known} task=${data} />` : html`<a href=${address(["tasks", id])}>${id}</a>`;
}

/** A task that is known already. */
export function Known({ task }) {
  return html`<a href=${address(["tasks", task.taskId])}>${words(task.label)}</a> <${Status} task=${task} />`;
}
