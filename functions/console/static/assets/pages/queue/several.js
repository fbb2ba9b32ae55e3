// What can be done with the tasks that were chosen: the actions that every one of them offers.
import { get } from "../../api.js";
import { count } from "../../format.js";
import { html, useEffect, useState } from "../../lib.js";
import { act, ActionDialog } from "../../parts/act.js";
import { asksNothing, waysOf } from "../../parts/form.js";

/** A bar with the actions; `done` gets what became of each task. */
export function Several({ tasks, done, clear }) {
  const actions = useCommonActions(tasks);
  const [asked, setAsked] = useState(null);
  const [busy, setBusy] = useState(false);
  if (tasks.length === 0) return null;
  const take = async (action) => {
    if (!asksNothing(action.inputSchema)) return setAsked(action);
    setBusy(true);
    const outcomes = await act(action, tasks, {});
    setBusy(false);
    return done(outcomes);
  };
  return html`<div class="several" role="region" aria-label="Chosen tasks">
    <strong>${count(tasks.length, "task")}</strong>
    ${actions === null && html`<span class="faint">What can be done? …</span>`}
    ${actions?.length === 0 && html`<span class="faint">There is nothing that you may do with all of them.</span>`}
    ${actions?.map((action) => html`<button type="button" disabled=${busy} aria-haspopup=${asksNothing(action.inputSchema) ? undefined : "dialog"} onClick=${() => take(action)}>${action.label}</button>`)}
    <button type="button" class="quiet" onClick=${clear}>Choose none</button>
    ${asked && html`<${ActionDialog} action=${asked} tasks=${tasks} close=${() => setAsked(null)}
      done=${(outcomes) => { setAsked(null); done(outcomes); }} />`}
  </div>`;
}

/** The actions that all of the tasks offer, with the same input; null while they are asked for. */
function useCommonActions(tasks) {
  const [found, setFound] = useState({ of: "", actions: null });
  const of = tasks.map((task) => `${task.taskId} ${task.version}`).join(",");
  useEffect(() => {
    if (!of) return undefined;
    const asking = new AbortController();
    const paths = tasks.map((task) => `/tasks/${encodeURIComponent(task.taskId)}/actions`);
    Promise.all(paths.map((path) => get(path, { signal: asking.signal })))
      .then((answers) => setFound({ of, actions: common(answers.map((answer) => answer.body.items.flatMap(waysOf))) }))
      .catch((problem) => problem.name === "AbortError" || setFound({ of, actions: [] }));
    return () => asking.abort();
  }, [of]);
  return found.of === of ? found.actions : null;
}

function common([first = [], ...others]) {
  const same = (one, other) => one.name === other.name && one.option === other.option && JSON.stringify(one.inputSchema) === JSON.stringify(other.inputSchema);
  return first.filter((action) => others.every((offered) => offered.some((each) => same(action, each))));
}
