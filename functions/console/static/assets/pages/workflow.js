// How tasks of a type live: the diagram of their statuses, and how many open ones stand at each.
import { get } from "../api.js";
import { added } from "../counted.js";
import { count, words } from "../format.js";
import { html, useEffect, useState } from "../lib.js";
import { Refusal } from "../parts/notice.js";
import { useResource } from "../resource.js";
import { address } from "../router.js";

// One query for each queue that one may look at: asked for less often than what people wait for.
const COUNTED_EVERY = 60_000;

export const matches = ([first]) => first === "workflows";
export const title = "Workflows";
export const link = { label: "Workflows", path: ["workflows"], to: ([first]) => first === "workflows" };

/** The page; without a name in the address, of the first workflow. */
export function Page({ route }) {
  const all = useResource("/workflows", { every: COUNTED_EVERY });
  const names = all.data?.items ?? [];
  const name = route.path[1] ?? names[0]?.name;
  return html`<div class="queue">
    <nav class="queues" aria-label="Workflows"><ul>${names.map((each) => html`<li>
      <a href=${address(["workflows", each.name])} aria-current=${each.name === name ? "page" : undefined}>${each.label}</a></li>`)}</ul></nav>
    <section class="main">
      ${all.problem && html`<${Refusal} problem=${all.problem} again=${all.reload} />`}
      ${name && html`<${Workflow} key=${name} name=${name} type=${route.query.get("type")} />`}
    </section>
  </div>`;
}

function Workflow({ name, type }) {
  const path = `/workflows/${encodeURIComponent(name)}`;
  const found = useResource(path, { every: COUNTED_EVERY });
  const counted = useResource(`${path}/statistics`, { every: COUNTED_EVERY, ask: added });
  const workflow = found.data;
  const open = new Map((counted.data?.types ?? []).map((each) => [each.type, each]));
  useEffect(() => { if (workflow) document.title = `${workflow.label} · Casetree`; }, [workflow?.label]);
  if (!workflow) return html`<h1 tabindex="-1">${name}</h1>${found.problem && html`<${Refusal} problem=${found.problem} again=${found.reload} />`}`;
  const shown = workflow.types.find((each) => each.name === type) ?? workflow.types.find((each) => open.has(each.name)) ?? workflow.types[0];
  const choose = (event) => { location.hash = address(["workflows", name], { type: event.target.value }); };
  return html`
    <h1 tabindex="-1">${workflow.label} <span class="faint">version ${workflow.version}</span></h1>
    <p class="choice"><label>Type of task <select value=${shown.name} onChange=${choose}>
      ${workflow.types.map((each) => html`<option value=${each.name}>${words(each.label)}${open.has(each.name) ? ` (${open.get(each.name).open} open)` : ""}</option>`)}</select></label></p>
    ${counted.problem && html`<${Refusal} problem=${counted.problem} again=${counted.reload} />`}
    <${Standing} statuses=${workflow.statuses} of=${open.get(shown.name)} label=${words(shown.label)} />
    <${Diagram} path=${`${path}/diagram?${new URLSearchParams({ type: shown.name })}`} label=${words(shown.label)} />`;
}

/** The open tasks by status, as the workflow names its statuses. */
function Standing({ statuses, of, label }) {
  const numbers = new Map((of?.statuses ?? []).map((each) => [`${each.state} ${each.status}`, each.open]));
  const open = statuses.filter((each) => each.open);
  const most = Math.max(1, ...numbers.values());
  return html`<table class="standing"><caption>${label}: ${count(of?.open ?? 0, "open task")}, in the queues that you may look at</caption>
    <thead><tr><th scope="col">Status</th><th scope="col">Open</th><th scope="col"><span class="unseen">Share</span></th></tr></thead>
    <tbody>${open.map((each) => {
      const number = numbers.get(`${each.state} ${each.status}`) ?? 0;
      return html`<tr><th scope="row"><span class=${`status ${each.active ? "active" : "waiting"}`}>${words(each.status)}</span></th>
        <td>${number}</td><td><meter value=${number} max=${most} aria-label=${`${words(each.status)}: ${number}`} /></td></tr>`;
    })}</tbody></table>`;
}

/** Where a drawing is wider than the page, its beginning is in the middle. */
function toItsMiddle({ target: { parentElement: frame } }) {
  frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
}

/** The lifecycle as the API draws it. As an image nothing in it can run. */
function Diagram({ path, label }) {
  const [image, setImage] = useState({ address: null, problem: null });
  useEffect(() => {
    const asking = new AbortController();
    let made;
    get(path, { signal: asking.signal, accept: "image/svg+xml" }).then(({ body }) => {
      made = URL.createObjectURL(new Blob([body], { type: "image/svg+xml" }));
      setImage({ address: made, problem: null });
    }).catch((problem) => problem.name === "AbortError" || setImage({ address: null, problem }));
    return () => { asking.abort(); if (made) URL.revokeObjectURL(made); };
  }, [path]);
  if (image.problem) return html`<${Refusal} problem=${image.problem} />`;
  return image.address && html`<figure class="diagram" tabindex="0" role="group" aria-label=${`The lifecycle of ${label}`}>
    <img src=${image.address} onLoad=${toItsMiddle} alt=${`Statuses of ${label}, and the actions that lead from one to another`} /></figure>`;
}
