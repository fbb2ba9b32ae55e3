// The list of a queue: a table, which on a narrow screen stands in blocks.
import { name, words } from "../../format.js";
import { html } from "../../lib.js";
import { Status } from "../../parts/status.js";
import { Age, Due } from "../../parts/time.js";
import { address } from "../../router.js";

const BY_USER = ["dueTime", "createdAt", "priority", "type"];
// By what the API sorts a tab; by the first where nothing is said.
const SORTS = {
  users: { assigned: BY_USER, on_hold: BY_USER, completed: ["closedAt", ...BY_USER] },
  organizations: { unassigned: ["dueTime", "createdAt"], assigned: ["dueTime"], on_hold: ["dueTime"], completed: ["closedAt"] },
};

const TASK = { label: "Task", sort: "type", cell: (task) => html`<${Task} task=${task} />` };
const STATUS = { label: "Status", cell: (task) => html`<${Status} task=${task} text=${task.workerStatus?.name ?? task.status} />` };
const WHO = { label: "Assigned to", shown: ({ kind }) => kind === "organizations", cell: (task) => name(task.assignedParty) || html`<span class="faint">nobody</span>` };
const DUE = { label: "Due", sort: "dueTime", cell: (task) => html`<${Due} task=${task} />` };
const CREATED = { label: "Age", sort: "createdAt", cell: (task) => html`<${Age} at=${task.createdAt} since="created" />` };
// Tasks that wait for others are on nobody's hold.
const HELD = { label: "On hold", shown: ({ items }) => items.some((task) => task.placedOnHoldAt), cell: (task) => html`<${Age} at=${task.placedOnHoldAt} since="on hold for" />` };
const CLOSED = { label: "Closed", sort: "closedAt", cell: (task) => html`<${Age} at=${task.closedAt} since="closed" />` };
const COLUMNS = {
  unassigned: [TASK, STATUS, DUE, CREATED],
  assigned: [TASK, STATUS, WHO, DUE, CREATED],
  on_hold: [TASK, STATUS, WHO, HELD, DUE, CREATED],
  completed: [TASK, STATUS, WHO, CLOSED],
};

/** The tasks; `chosen` are the ids of those that something is to be done with. */
export function Tasks({ items, tab, kind, query, at, chosen, choose }) {
  const columns = COLUMNS[tab].filter(({ shown }) => shown?.({ items, kind }) ?? true);
  const choosable = tab !== "completed";
  const all = items.every((task) => chosen.has(task.taskId));
  const toggle = (task) => {
    const next = new Set(chosen);
    if (!next.delete(task.taskId)) next.add(task.taskId);
    choose(next);
  };
  // The roles say again what the elements are: in blocks, browsers take them for no table.
  return html`<table class="tasks" role="table">
    <thead role="rowgroup"><tr role="row">
      ${choosable && html`<th class="choose" role="columnheader" scope="col"><input type="checkbox" aria-label="Choose all of this page" checked=${all}
        onChange=${() => choose(new Set(all ? [] : items.map((task) => task.taskId)))} /></th>`}
      ${columns.map((column) => html`<${Heading} column=${column} sorts=${SORTS[kind][tab]} query=${query} at=${at} />`)}
    </tr></thead>
    <tbody role="rowgroup">${items.map((task) => html`<tr key=${task.taskId} role="row" class=${task.open && task.overdue ? "late" : ""}>
      ${choosable && html`<td class="choose" role="cell"><input type="checkbox" aria-label=${`Choose ${words(task.label)}, ${task.caseId}`}
        checked=${chosen.has(task.taskId)} onChange=${() => toggle(task)} /></td>`}
      ${columns.map((column) => html`<td role="cell" data-label=${column.label}>${column.cell(task)}</td>`)}
    </tr>`)}</tbody>
  </table>`;
}

function Heading({ column, sorts, query, at }) {
  if (!sorts.includes(column.sort)) return html`<th class="plain" role="columnheader" scope="col">${column.label}</th>`;
  const sorted = (query.get("sort") ?? sorts[0]) === column.sort;
  const usual = column.sort === "closedAt" ? "desc" : "asc";
  const order = sorted ? query.get("order") ?? usual : null;
  const next = order === "asc" ? "desc" : order === "desc" ? "asc" : usual;
  const said = { asc: "ascending", desc: "descending" }[order];
  return html`<th role="columnheader" scope="col" aria-sort=${said}>
    <button type="button" onClick=${() => { location.hash = at({ sort: column.sort, order: next }); }}>${column.label}
      <span class="order" aria-hidden="true">${{ asc: "↑", desc: "↓" }[order] ?? "↕"}</span></button></th>`;
}

function Task({ task }) {
  const about = Object.values(task.entity ?? {}).map((each) => each.displayName).join(", ");
  return html`<a class="task" href=${address(["tasks", task.taskId])}>${words(task.label)}</a>
    <span class="about"><a href=${address(["cases", task.caseId])}>${task.caseId}</a>${about && about !== task.caseId && ` · ${about}`}
      ${task.groupQueue && html` · ${task.groupQueue}`}${task.counterpart && html` · ${task.counterpart.displayName}`}</span>`;
}
