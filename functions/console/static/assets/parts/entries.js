// What happened: entries of a history or of a timeline, each with who did it, when, and what it changed.
import { get } from "../api.js";
import { name, value, words } from "../format.js";
import { html, useState } from "../lib.js";
import { useResource } from "../resource.js";
import { address } from "../router.js";
import { Refusal } from "./notice.js";
import { Ago } from "./time.js";

const AT_ONCE = 20;
// The status is told beside the action; how often a thing was written, and that it has a child, tells people nothing.
const SAID = new Set(["state", "status", "version", "internal", "overdue", "child"]);

/**
 * The entries at a path, page by page, kept up to date. `version` is that of what they are about: when it
 * changes, they are asked for at once. `of` names what an entry is about, where that is not always the same.
 */
export function Entries({ path, version, of }) {
  const first = useResource(`${path}?limit=${AT_ONCE}`, { every: 15_000, version });
  const [more, setMore] = useState({ items: [], next: undefined });
  const [problem, setProblem] = useState(null);
  if (!first.data) return first.problem && html`<${Refusal} problem=${first.problem} again=${first.reload} />`;
  const next = more.next === undefined ? first.data.nextCursor : more.next;
  const read = async () => {
    setProblem(null);
    try {
      const { body } = await get(`${path}?${new URLSearchParams({ limit: AT_ONCE, cursor: next })}`);
      setMore({ items: [...more.items, ...body.items], next: body.nextCursor });
    } catch (refused) {
      setProblem(refused);
    }
  };
  const entries = unique([...first.data.items, ...more.items]);
  return html`<ol class="entries">${entries.map((entry) => html`<${Entry} key=${keyOf(entry)} entry=${entry} of=${of} />`)}</ol>
    ${problem && html`<${Refusal} problem=${problem} />`}
    ${next && html`<button type="button" onClick=${read}>More</button>`}`;
}

function Entry({ entry, of }) {
  const changes = Object.entries(entry.changes).filter(([field]) => !SAID.has(field));
  const status = entry.changes.status;
  return html`<li>
    <p class="what"><strong>${words(entry.action)}</strong> ${of && html`${of(entry)} `}${status && html`<span class="faint">→ ${words(status.to)}</span>`}</p>
    <p class="who">${name(entry.createdBy) || "Casetree"} · <${Ago} at=${entry.createdAt} /></p>
    ${entry.note && html`<blockquote>${entry.note}</blockquote>`}
    ${changes.length > 0 && html`<ul>${changes.map(([field, { from, to }]) => html`<li>${words(field)}: ${change(from, to)}</li>`)}</ul>`}
  </li>`;
}

/** A link to the task that an entry is about, by its type. */
export function taskOf(entry) {
  return entry.taskId ? html`<a href=${address(["tasks", entry.taskId])}>${entry.type ?? "a task"}</a>` : "the case";
}

function change(from, to) {
  const [before, after] = [value(from), value(to)];
  if (!before && !after) return "changed";
  return before ? html`<s>${before}</s> → ${after || "nothing"}` : after;
}

/** What comes anew moves the pages behind it on: what is there twice then is shown once. */
function unique(entries) {
  return [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()];
}

function keyOf(entry) {
  return `${entry.taskId ?? entry.caseId} ${entry.version}`;
}
