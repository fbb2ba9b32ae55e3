// What happened: entries of a history or of a timeline, each with who did it, when, and what it changed.
import { all, get } from "../api.js";
import { called, count, name, term, value, words } from "../format.js";
import { html, useState } from "../lib.js";
import { useResource } from "../resource.js";
import { address } from "../router.js";
import { Refusal } from "./notice.js";
import { Ago } from "./time.js";

const AT_ONCE = 20;
// The status is told beside the action; how often a thing was written, that it has a child, and which hold, tell people nothing.
const SAID = new Set(["state", "status", "version", "internal", "overdue", "child", "holdId"]);
// Fields that hold ids of tasks, which nobody reads.
const TASKS = new Set(["prerequisites", "copiedFrom", "changedFrom", "changedTo"]);

/**
 * The entries at a path, the newest first, kept up to date. `version` is that of what they are about: when it changes,
 * they are asked for at once. `of` names what an entry is about, where that is not always the same; `ask` reads them
 * where the API does not begin with the newest, and then reads all of them.
 */
export function Entries({ path, version, of, ask }) {
  const first = useResource(ask ? path : `${path}?limit=${AT_ONCE}`, { every: ask ? 60_000 : 15_000, version, ask });
  const [more, setMore] = useState({ items: [], next: undefined });
  const [shown, setShown] = useState(AT_ONCE);
  const [problem, setProblem] = useState(null);
  if (!first.data) return first.problem && html`<${Refusal} problem=${first.problem} again=${first.reload} />`;
  const next = more.next === undefined ? first.data.nextCursor : more.next;
  const entries = unique([...first.data.items, ...more.items]);
  const reached = reachedBy(entries);
  const read = async () => {
    setProblem(null);
    try {
      if (next) {
        const { body } = await get(`${path}?${new URLSearchParams({ limit: AT_ONCE, cursor: next })}`);
        setMore({ items: [...more.items, ...body.items], next: body.nextCursor });
      }
      setShown(shown + AT_ONCE);
    } catch (refused) {
      setProblem(refused);
    }
  };
  return html`<ol class="entries">${entries.slice(0, shown).map((entry) => html`<${Entry} key=${keyOf(entry)} entry=${entry} reached=${reached.get(entry)} of=${of} />`)}</ol>
    ${problem && html`<${Refusal} problem=${problem} />`}
    ${(next || entries.length > shown) && html`<button type="button" onClick=${read}>More</button>`}`;
}

/** A history from its end: the API tells it from its beginning. */
export async function fromItsEnd(path, request) {
  return { body: { items: (await all(path, request)).reverse(), nextCursor: null }, version: null };
}

/** The status that each entry left its task in, but where it is known to have been the same before. */
function reachedBy(entries) {
  const [reached, last] = [new Map(), new Map()];
  for (const entry of entries.toReversed()) {
    if (entry.status !== last.get(entry.taskId)) reached.set(entry, entry.status);
    last.set(entry.taskId, entry.status);
  }
  return reached;
}

function Entry({ entry, reached, of }) {
  const changes = Object.entries(entry.changes).filter(([field]) => !SAID.has(field));
  return html`<li>
    <p class="what"><strong>${entry.label}</strong> ${of && html`${of(entry)} `}${reached && html`<span class="reached">→ ${words(reached)}</span>`}</p>
    <p class="who">${name(entry.createdBy) || "Casetree"} · <${Ago} at=${entry.createdAt} /></p>
    ${entry.note && html`<blockquote>${entry.note}</blockquote>`}
    ${changes.length > 0 && html`<ul>${changes.map(([field, changed]) => html`<li>${change(field, changed)}</li>`)}</ul>`}
  </li>`;
}

/** A link to the task that an entry is about, by its type. */
export function taskOf(entry) {
  return entry.taskId ? html`<a href=${address(["tasks", entry.taskId])}>${entry.type ? words(entry.type) : "a task"}</a>` : "the case";
}

function change(field, { from, to, ...more }) {
  const [label, before, after] = [called(field), said(field, from), said(field, to)];
  const told = value(more);
  if (!before && !after) return told ? `${label}: ${told}` : `${label} changed`;
  return html`${label}: ${before ? html`<s>${before}</s> → ${after || "nothing"}` : after}`;
}

function said(field, of) {
  if (field === "assignmentStatus") return words(of ?? "");
  if (!TASKS.has(field)) return term(value(of));
  const tasks = [of ?? []].flat().length;
  return tasks ? count(tasks, "task") : "";
}

/** What comes anew moves the pages behind it on: what is there twice then is shown once. */
function unique(entries) {
  return [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()];
}

function keyOf(entry) {
  return `${entry.taskId ?? entry.caseId} ${entry.version}`;
}
