// The fields of a task, those that say something.
import { moment, name, words } from "../../format.js";
import { html } from "../../lib.js";
import { Ago, Due } from "../../parts/time.js";

const at = (text) => html`${moment(text)} <span class="faint">(<${Ago} at=${text} />)</span>`;
// What nobody did, the engine did.
const ENGINE = { displayName: "Casetree" };
const by = (time, person) => html`${time ? at(time) : ""}${person ? ` by ${name(person)}` : ""}`;

// A closed task is late no more: it was closed in time, or it was not.
const punctual = (task) => `closed ${new Date(task.closedAt) <= new Date(task.dueTime) ? "in time" : "late"}`;
const due = (task) => (task.open
  ? html`<${Due} task=${task} /> <span class="faint">(${moment(task.dueTime)})</span>`
  : html`${moment(task.dueTime)} <span class="faint">(${punctual(task)})</span>`);

// What each is called, whether the task has it, and how it is shown.
const FACTS = [
  ["Assigned to", (task) => task.assignedParty, (task) => html`${name(task.assignedParty)} <span class="faint">${task.internal ? "" : "outside"}</span>`],
  ["Assigned", (task) => task.assignedAt, (task) => by(task.assignedAt, task.assignedBy)],
  ["Group queue", (task) => task.groupQueue, (task) => task.groupQueue],
  ["Due", (task) => task.dueTime, due],
  ["Priority", (task) => task.priority, (task) => task.priority],
  ["Waits for information", (task) => task.awaiting, (task) => task.awaiting],
  ["On hold since", (task) => task.placedOnHoldAt && task.open && !task.active, (task) => at(task.placedOnHoldAt)],
  ["About", (task) => Object.keys(task.entity).length, (task) => about(task.entity)],
  ["Referred to", (task) => task.referral, (task) => task.referral.displayName || task.referral.email],
  ["Roles of partners", (task) => task.role, (task) => task.role],
  ["Follows referrals", (task) => task.autoRefer, () => "at once"],
  ["Engine acts", (task) => task.timers.length, (task) => html`<ul>${task.timers.map((timer) => html`<li>${words(timer.name)}: ${moment(timer.at)}</li>`)}</ul>`],
  ["Created", (task) => task.createdAt, (task) => by(task.createdAt, task.createdBy ?? ENGINE)],
  ["Started", (task) => task.startedAt, (task) => at(task.startedAt)],
  ["Changed", (task) => task.version > 1, (task) => by(task.updatedAt, task.updatedBy ?? ENGINE)],
  ["Closed", (task) => task.closedAt, (task) => by(task.closedAt, task.completedBy ?? task.cancelledBy ?? ENGINE)],
  ["Cancelled because", (task) => task.cancellationReason, (task) => task.cancellationReason],
  ["Goes on in", (task) => task.newCaseId, (task) => html`<a href=${`#/cases/${encodeURIComponent(task.newCaseId)}`}>${task.newCaseId}</a>`],
  ["Type", () => true, (task) => html`${words(task.type)} <span class="faint">${task.workflow}, version ${task.workflowVersion}</span>`],
  ["State", (task) => task.state !== task.status, (task) => words(task.state)],
  ["Id", () => true, (task) => html`<code>${task.taskId}</code>`],
];

/** Names and values. */
export function Facts({ task }) {
  const said = FACTS.filter(([, has]) => has(task));
  return html`<dl class="facts">${said.map(([label, , show]) => html`<div><dt>${label}</dt><dd>${show(task)}</dd></div>`)}</dl>`;
}

function about(entity) {
  return Object.entries(entity).map(([kind, each], place) => html`${place > 0 && ", "}${each.displayName} <span class="faint">${words(kind)}</span>`);
}
