// One task: what is known of it, what this person may do with it now, and what happened to it.
import { html, useEffect, useState } from "../lib.js";
import { words } from "../format.js";
import { Entries, fromItsEnd } from "../parts/entries.js";
import { Loading, Notice, Refusal } from "../parts/notice.js";
import { TaskLink } from "../parts/related.js";
import { Status } from "../parts/status.js";
import { useResource } from "../resource.js";
import { address } from "../router.js";
import { Actions } from "./task/actions.js";
import { Facts } from "./task/facts.js";
import { Related } from "./task/related.js";

export const matches = ([first, id]) => first === "tasks" && id !== undefined;
export const title = "Task";

/** The page of the task that the address names. */
export function Page({ route }) {
  const [, id] = route.path;
  const path = `/tasks/${encodeURIComponent(id)}`;
  const found = useResource(path);
  const [outcome, setOutcome] = useState(null);
  const task = found.current ? found.data : null;
  useEffect(() => setOutcome(null), [path]);
  useEffect(() => { document.title = `${task ? `${words(task.label)} · ${task.caseId}` : id} · Casetree`; }, [id, task?.label, task?.caseId]);
  const done = (action, problem) => { setOutcome({ action, problem }); found.reload(); };
  const again = () => { setOutcome(null); found.reload(); };
  return html`<article class="one" aria-busy=${!found.current}>
    <${Heading} id=${id} task=${task} />
    ${!task && !found.problem && html`<${Loading} />`}
    ${found.problem && html`<${Refusal} problem=${found.problem} again=${found.reload} />`}
    ${task && html`
      ${outcome && html`<${Outcome} ...${outcome} again=${again} />`}
      <div class="beside">
        <div class="main">
          <${Actions} path=${path} task=${task} done=${done} />
          <${Texts} task=${task} />
          <${Facts} task=${task} />
          <${Related} path=${path} task=${task} />
        </div>
        <section class="past" aria-labelledby="history">
          <h2 id="history">History</h2>
          <${Entries} key=${path} path=${`${path}/history`} version=${task.version} ask=${fromItsEnd} />
        </section>
      </div>`}
  </article>`;
}

/** The name stays the same element when the rest arrives, so that it keeps the focus. */
function Heading({ id, task }) {
  return html`<header class="heading">
    <p class="above">${task && html`<a href=${address(["cases", task.caseId])}>${task.caseId}</a>
      ${task.parentId && html` › <${TaskLink} id=${task.parentId} />`}`}</p>
    <h1 tabindex="-1">${task ? words(task.label) : id}</h1>
    ${task && html`<${Marks} task=${task} />`}
  </header>`;
}

function Marks({ task }) {
  return html`<p class="marks" aria-live="polite"><${Status} task=${task} />
      ${task.hold && html`<span class="status waiting">On hold</span>`}
      ${task.kind && html`<span class="faint">${words(task.kind)}</span>`}</p>
    ${task.workerStatus && html`<${BothLines} task=${task} />`}`;
}

/** Where the work stands, and where its assignment to a partner does. */
function BothLines({ task }) {
  const { workerStatus, assignmentStatus, counterpart, end } = task;
  const other = { owner: "Partner", partner: "Owner" }[end];
  return html`<dl class="lines">
    <div><dt>Work</dt><dd>${workerStatus.name}</dd></div>
    <div><dt>Assignment</dt><dd>${assignmentStatus ? words(assignmentStatus) : "–"}</dd></div>
    ${other && counterpart && html`<div><dt>${other}</dt><dd>${counterpart.displayName}</dd></div>`}
  </dl>`;
}

function Outcome({ action, problem, again }) {
  return problem
    ? html`<${Refusal} problem=${problem} again=${again} />`
    : html`<${Notice} tone="good">Done: ${action.label}.<//>`;
}

function Texts({ task }) {
  const { description, instructions, links } = task;
  if (!description && instructions.length === 0 && links.length === 0) return null;
  return html`<section class="texts" aria-label="What is to be done">
    ${description && html`<p class="long">${description}</p>`}
    ${instructions.length > 0 && html`<h2>Instructions</h2>
      ${task.instructionsTruncated && html`<p class="faint">Older ones are not shown here.</p>`}
      <ol class="instructions">${instructions.map((each) => html`<li class="long">${each}</li>`)}</ol>`}
    ${links.length > 0 && html`<h2>Links</h2><ul>${links.map((link) => html`<li><${Link} link=${link} /></li>`)}</ul>`}
  </section>`;
}

function Link({ link }) {
  const kind = html` <span class="faint">${words(link.type)}</span>`;
  // What is no address of the web is shown, and leads nowhere.
  if (!/^https?:\/\//i.test(link.link)) return html`${link.name}: <code>${link.link}</code>${kind}`;
  return html`<a href=${link.link} target="_blank" rel="noopener noreferrer">${link.name}</a>${kind}`;
}
