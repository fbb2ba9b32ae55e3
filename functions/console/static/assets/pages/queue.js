// What a person or an organization has to do: tabs, filters, sorting, and actions on several tasks at once.
import { count, words } from "../format.js";
import { html, useEffect, useState } from "../lib.js";
import { focusHeading } from "../parts/focus.js";
import { Loading, Notice, Refusal } from "../parts/notice.js";
import { useResource } from "../resource.js";
import { address } from "../router.js";
import { Several } from "./queue/several.js";
import { Tasks } from "./queue/tasks.js";

const TABS = { users: ["assigned", "on_hold", "completed"], organizations: ["unassigned", "assigned", "on_hold", "completed"] };
const SIZES = ["15", "50", "100"];

export const matches = ([first, kind]) => first === undefined || (first === "queues" && kind in TABS);
export const title = "Queue";
export const link = { label: "Queues", path: [], to: ([first]) => first === undefined || first === "queues" };

/** The page; without a path, the person's own queue. */
export function Page({ route, me }) {
  const [, kind = "users", id = me.userId] = route.path;
  const tab = TABS[kind].includes(route.query.get("tab")) ? route.query.get("tab") : TABS[kind][0];
  const found = useResource(pathOf(kind, id, tab, route.query));
  const here = ["queues", kind, id];
  const heading = useHeading(kind, id, me);
  return html`<div class="queue">
    <${Queues} me=${me} kind=${kind} id=${id} />
    <section class="main" aria-busy=${!found.current}>
      <h1 tabindex="-1">${heading}</h1>
      <${Tabs} here=${here} tabs=${TABS[kind]} tab=${tab} counts=${found.data?.counts} />
      ${found.problem && html`<${Refusal} problem=${found.problem} again=${found.reload} />`}
      ${!found.data && !found.problem && html`<${Loading} />`}
      ${found.data && html`<${Found} key=${`${kind} ${id} ${tab}`} found=${found} here=${here} tab=${tab} query=${route.query} me=${me} />`}
    </section>
  </div>`;
}

function Found({ found, here, tab, query, me }) {
  const [chosen, setChosen] = useState(new Set());
  const [outcome, setOutcome] = useState(null);
  const { items, nextCursor, facets, counts, truncated } = found.data;
  // What has left the page is chosen no more.
  const tasks = items.filter((task) => chosen.has(task.taskId));
  const done = (outcomes) => { setOutcome(outcomes); setChosen(new Set()); found.reload(); focusHeading(); };
  // A cursor is good for the list that gave it: none is offered while another one is on its way.
  const next = found.current ? nextCursor : null;
  const at = (changes) => address(here, { ...Object.fromEntries(settings(query)), tab, cursor: null, ...changes });
  return html`
    <${Filters} facets=${facets} query=${query} at=${at} />
    ${outcome && html`<${Outcome} outcomes=${outcome} />`}
    ${truncated && html`<${Notice}>There is more than is counted and sorted here. Filters show the rest.<//>`}
    ${items.length > 0
      ? html`<${Tasks} items=${items} tab=${tab} kind=${here[1]} query=${query} at=${at} chosen=${chosen} choose=${setChosen} />`
      : html`<p class="empty">${nothing(here, tab, query, me)}</p>`}
    <${Several} tasks=${tasks} done=${done} clear=${() => setChosen(new Set())} />
    ${(items.length > 0 || query.has("cursor")) && html`<${Paging} at=${at} query=${query} shown=${items.length} all=${counts[tab]} next=${next} />`}`;
}

/** What an empty list means. */
function nothing([, kind, id], tab, query, me) {
  if (query.has("cursor")) return "There is nothing more.";
  if (query.has("type") || query.has("overdue")) return "No task fits the filters.";
  const person = kind === "users";
  return {
    unassigned: "Nothing waits for somebody to take it.",
    assigned: person ? `Nothing is assigned. ${free(id, me)}` : "Nobody here is at work on anything.",
    on_hold: "Nothing is on hold.",
    completed: "Nothing was closed in the last seven days.",
  }[tab];
}

/** Where a person finds what is free; who belongs nowhere has no queue to look at. */
function free(id, me) {
  const nowhere = id === me.userId && me.organizations.length === 0;
  return nowhere
    ? "What is free stands in the queues of organizations, and you are a member of none yet."
    : "What is free stands in the queues of the organizations.";
}

function Queues({ me, kind, id }) {
  const others = useResource("/organizations?limit=500", { every: 60_000 }).data?.items ?? [];
  const mine = me.organizations.map((each) => ({ ...each, name: each.displayName }));
  const own = new Set(mine.map((each) => each.organizationId));
  const rest = others.filter((each) => !own.has(each.organizationId));
  const one = (each) => html`<li><a href=${address(["queues", "organizations", each.organizationId])}
    aria-current=${kind === "organizations" && id === each.organizationId ? "page" : undefined}>${each.displayName}</a></li>`;
  const shown = kind === "organizations" && rest.some((each) => each.organizationId === id);
  return html`<nav class="queues" aria-label="Queues">
    <ul>
      <li><a href=${address([])} aria-current=${kind === "users" && id === me.userId ? "page" : undefined}>My tasks</a></li>
      ${mine.map(one)}
    </ul>
    ${rest.length > 0 && html`<details open=${shown}><summary>Other organizations</summary><ul>${rest.map(one)}</ul></details>`}
  </nav>`;
}

function Tabs({ here, tabs, tab, counts }) {
  return html`<nav class="tabs" aria-label="Tabs"><ul>${tabs.map((each) => html`<li>
    <a href=${address(here, { tab: each })} aria-current=${each === tab ? "page" : undefined}>${words(each)}${" "}<span class="number">${counts?.[each] ?? ""}</span></a></li>`)}</ul></nav>`;
}

function Filters({ facets, query, at }) {
  const types = query.getAll("type");
  const overdue = query.get("overdue") === "true";
  const known = Object.entries(facets.type ?? {}).sort(([one], [other]) => one.localeCompare(other));
  // One that was chosen and has run out stays, so that it can be taken off again.
  const shown = [...known, ...types.filter((type) => !(type in (facets.type ?? {}))).map((type) => [type, 0])];
  const without = (type) => (types.includes(type) ? types.filter((each) => each !== type) : [...types, type]);
  if (shown.length === 0 && !overdue) return null;
  return html`<div class="filters" role="group" aria-label="Filters">
    <${Filter} on=${overdue} to=${at({ overdue: overdue ? null : "true" })} label="Overdue" />
    ${shown.map(([type, number]) => html`<${Filter} on=${types.includes(type)} to=${at({ type: without(type) })}
      label=${words(type)} number=${number} />`)}
  </div>`;
}

function Filter({ on, to, label, number }) {
  const toggle = () => { location.hash = to; };
  return html`<button type="button" class="filter" aria-pressed=${on} onClick=${toggle}>${label}${" "}
    ${number !== undefined && html`<span class="number">${number}</span>`}</button>`;
}

function Outcome({ outcomes }) {
  const refused = outcomes.filter((each) => each.problem);
  const done = outcomes.length - refused.length;
  return html`<${Notice} tone=${refused.length ? "bad" : "good"}>
    <p>${done > 0 && `Done for ${count(done, "task")}. `}${refused.length > 0 && `Not done for ${count(refused.length, "task")}:`}</p>
    ${refused.length > 0 && html`<ul>${refused.map(({ task, problem }) => html`<li>
      <a href=${address(["tasks", task.taskId])}>${words(task.label)}, ${task.caseId}</a>: ${problem.status === 412
        ? "somebody else changed it since you looked." : problem.message}</li>`)}</ul>`}
  <//>`;
}

function Paging({ at, query, shown, all, next }) {
  const size = query.get("limit") ?? SIZES[0];
  const filtered = query.has("type") || query.has("overdue");
  return html`<footer class="paging">
    <span aria-live="polite">${filtered ? `${shown} shown` : `${shown} of ${all ?? shown} shown`}</span>
    ${query.get("cursor") && html`<a href=${at({})}>First page</a>`}
    ${next && html`<a href=${at({ cursor: next })}>Next page</a>`}
    <label>Rows <select value=${size} onChange=${(event) => { location.hash = at({ limit: event.target.value }); }}>
      ${SIZES.map((each) => html`<option>${each}</option>`)}</select></label>
  </footer>`;
}

/** The name of whose queue it is, once it is known. */
function useHeading(kind, id, me) {
  const own = kind === "users" && id === me.userId;
  const path = own ? null : kind === "users" ? `/users/${encodeURIComponent(id)}` : `/organizations/${encodeURIComponent(id)}`;
  const found = useResource(path, { every: 60_000 });
  const name = own ? "My tasks" : (found.current && found.data?.displayName) || id;
  useEffect(() => { document.title = `${name} · Casetree`; }, [name]);
  return name;
}

/** What the address says of the list, in the API's own words. */
function settings(query) {
  const names = ["type", "overdue", "sort", "order", "limit"];
  return names.filter((name) => query.has(name)).map((name) => [name, name === "type" ? query.getAll(name) : query.get(name)]);
}

function pathOf(kind, id, tab, query) {
  const asked = new URLSearchParams({ tab });
  for (const [name, value] of [...settings(query), ["cursor", query.get("cursor")]]) {
    [value].flat().filter(Boolean).forEach((each) => asked.append(name, each));
  }
  return `/queues/${kind}/${encodeURIComponent(id)}?${asked}`;
}
