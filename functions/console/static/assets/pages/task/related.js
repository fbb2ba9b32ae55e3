// The tasks around one: those that have to be closed before it, and those under it.
import { count } from "../../format.js";
import { html } from "../../lib.js";
import { Known, TaskLink } from "../../parts/related.js";
import { useResource } from "../../resource.js";

const MOST = 100;

/** Both lists, where there is anything in them. */
export function Related({ path, task }) {
  const all = task.children.open + task.children.closed;
  return html`
    ${task.prerequisites.length > 0 && html`<section aria-labelledby="waits"><h2 id="waits">Comes after</h2>
      <ul class="related">${task.prerequisites.map((id) => html`<li key=${id}><${TaskLink} id=${id} /></li>`)}</ul></section>`}
    ${all > 0 && html`<section aria-labelledby="under"><h2 id="under">Under it <span class="number">${task.children.open} of ${all} open</span></h2>
      <${Children} path=${path} version=${task.version} all=${all} /></section>`}`;
}

function Children({ path, version, all }) {
  const found = useResource(`${path}/children?limit=${MOST}`, { every: 15_000, version });
  const items = found.data?.items ?? [];
  const left = all - items.length;
  return html`<ul class="related">${items.map((task) => html`<li key=${task.taskId}><${Known} task=${task} /></li>`)}</ul>
    ${found.data?.nextCursor && left > 0 && html`<p class="faint">And ${count(left, "more task")}.</p>`}`;
}
