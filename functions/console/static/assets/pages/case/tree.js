// The tasks of a case as lists within lists, each with whose it is, since when, and what holds it up.
import { count, moment, name, words } from "../../format.js";
import { html, useState } from "../../lib.js";
import { Status } from "../../parts/status.js";
import { Age, Ago, Due } from "../../parts/time.js";
import { address } from "../../router.js";

// This timer ends nothing: it makes the task late.
const DUE = "due";

/** All nodes of the trees, each before those under it. */
export function flat(nodes) {
  return nodes.flatMap((node) => [node, ...flat(node.children)]);
}

/** The trees, and a switch that leaves out branches in which nothing is open; `children` stand beside it. */
export function Tree({ roots, children }) {
  const [all, setAll] = useState(true);
  const nodes = flat(roots);
  const tasks = new Map(nodes.map(({ task }) => [task.taskId, task]));
  const closed = nodes.filter((node) => !isOpen(node)).length;
  return html`<header class="bar"><h2 id="tasks">Tasks <span class="number">${nodes.length}</span></h2>
      <span class="tools">${closed > 0 && html`<label><input type="checkbox" checked=${all} onChange=${() => setAll(!all)} /> Closed ones, too</label>`}
        ${children}</span>
    </header>
    ${nodes.length === 0 && html`<p class="empty">There are no tasks in this case.</p>`}
    <${Branches} nodes=${roots} tasks=${tasks} all=${all} />`;
}

function Branches({ nodes, tasks, all }) {
  const shown = all ? nodes : nodes.filter(isOpen);
  if (shown.length === 0) return null;
  return html`<ul class="tree">${shown.map((node) => html`<li key=${node.task.taskId}>
    <${Row} task=${node.task} tasks=${tasks} />
    <${Branches} nodes=${node.children} tasks=${tasks} all=${all} />
  </li>`)}</ul>`;
}

/** Whether the task, or any under it, is open. */
function isOpen({ task, children }) {
  return task.open || children.some(isOpen);
}

function Row({ task, tasks }) {
  const reasons = task.open ? reasonsOf(task, tasks) : [];
  return html`<div class=${`row${task.open ? "" : " closed"}${task.open && task.overdue ? " late" : ""}`}>
    <span class="what"><a class="task" href=${address(["tasks", task.taskId])}>${words(task.label)}</a> <${Status} task=${task} text=${task.workerStatus?.name ?? task.status} />
      ${reasons.length > 0 && html`<span class="why">${reasons.map((reason, place) => html`${place > 0 && "; "}${reason}`)}</span>`}</span>
    <span class="who">${name(task.assignedParty) || html`<span class="faint">nobody</span>`}</span>
    <span class="when">${task.open && task.dueTime ? html`due <${Due} task=${task} />` : since(task)}</span>
  </div>`;
}

/** Since when the task is as it is. */
function since(task) {
  if (task.closedAt) return html`closed <${Ago} at=${task.closedAt} />`;
  // It stays when the hold has ended.
  if (task.placedOnHoldAt && !task.active) return html`held <${Age} at=${task.placedOnHoldAt} now="just now" />`;
  return html`open <${Age} at=${task.createdAt} now="just now" />`;
}

/** What the task waits for, in words. */
function reasonsOf(task, tasks) {
  const before = task.prerequisites.map((id) => [id, tasks.get(id)]).filter(([, each]) => each === undefined || each.open);
  const reasons = [];
  if (before.length > 0) reasons.push(html`waits for ${before.map(([id, each], place) => html`${place > 0 && ", "}<a href=${address(["tasks", id])}>${each ? words(each.label) : id}</a>`)}`);
  if (task.awaiting) reasons.push(`waits for information: ${task.awaiting}`);
  if (task.children.open > 0 && !task.active) reasons.push(`waits for ${count(task.children.open, "task")} under it`);
  if (task.hold) reasons.push("stopped by people");
  reasons.push(...task.timers.filter((timer) => timer.name !== DUE).map((timer) => `until ${moment(timer.at)}`));
  return reasons;
}
