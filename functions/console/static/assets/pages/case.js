// A case: its tasks as a tree, what holds up what, and beside it what happened.
import { count, day, term, value, words } from "../format.js";
import { html, useEffect } from "../lib.js";
import { Entries, taskOf } from "../parts/entries.js";
import { Loading, Notice, Refusal } from "../parts/notice.js";
import { useResource } from "../resource.js";
import { address } from "../router.js";
import { Close } from "./case/close.js";
import { NewTask } from "./case/new-task.js";
import { flat, Tree } from "./case/tree.js";

export const matches = ([first, id]) => first === "cases" && id !== undefined;
export const title = "Case";

/** The page of the case that the address names. */
export function Page({ route, me }) {
  const [, id] = route.path;
  const path = `/cases/${encodeURIComponent(id)}`;
  const found = useResource(`${path}/tree`);
  const data = found.current ? found.data : null;
  const name = data?.case.displayName || id;
  // Who may begin cases may add tasks to some; whether to this one, and of which type, the API says when asked.
  const mayAdd = data?.case.state === "open" && me.begins.some((each) => each.name === data.case.workflow);
  useEffect(() => { document.title = `${name} · Casetree`; }, [name]);
  const tasks = data && flat(data.roots).map((node) => node.task);
  return html`<article class="one" aria-busy=${!found.current}>
    <${Heading} case=${data?.case} name=${name} />
    ${!data && !found.problem && html`<${Loading} />`}
    ${found.problem && html`<${Refusal} problem=${found.problem} again=${found.reload} />`}
    ${data && html`
      <div class="beside">
        <section class="main" aria-labelledby="tasks">
          ${data.truncated && html`<${Notice}>There are more tasks than are shown here.<//>`}
          <${Tree} roots=${data.roots}>
            ${mayAdd && html`<${NewTask} case=${data.case} tasks=${tasks} done=${found.reload} />`}
            ${data.case.mayClose && html`<${Close} case=${data.case} done=${found.reload} />`}
          <//>
        </section>
        <section class="past" aria-labelledby="timeline">
          <h2 id="timeline">Timeline</h2>
          <${Entries} key=${path} path=${`${path}/timeline`} version=${changesOf(data)} of=${taskOf} />
        </section>
      </div>`}
  </article>`;
}

/** A number that grows with every change of the case or of one of its tasks. */
function changesOf({ case: of, roots }) {
  return flat(roots).reduce((sum, { task }) => sum + task.version, of.version);
}

/** The name stays the same element when the rest arrives, so that it keeps the focus. */
function Heading({ case: of, name }) {
  return html`<header class="heading">
    <p class="above">${of && `${words(of.caseType)} · ${of.workflow}, version ${of.workflowVersion}`}</p>
    <h1 tabindex="-1">${name}</h1>
    ${of && html`<${Marks} case=${of} name=${name} />`}
  </header>`;
}

function Marks({ case: of, name }) {
  const attributes = Object.entries(of.attributes).map(([field, each]) => [words(field), term(value(each))]).filter(([, each]) => each);
  const facts = [...attributes, ["Goes on from", of.originalCaseId && html`<a href=${address(["cases", of.originalCaseId])}>${of.originalCaseId}</a>`],
    ["Closed because", of.closeReason]];
  return html`<p class="marks" aria-live="polite"><span class=${`status ${of.state === "open" ? "active" : "done"}`}>${words(of.state)}</span>
      ${name !== of.caseId && html`<code>${of.caseId}</code>`}
      <span class="faint">${count(of.tasks.open, "open task")}, ${of.tasks.closed} closed · created ${day(of.createdAt)}</span></p>
    ${facts.some(([, each]) => each) && html`<dl class="lines">${facts.filter(([, each]) => each)
      .map(([label, each]) => html`<div><dt>${label}</dt><dd>${each}</dd></div>`)}</dl>`}`;
}
