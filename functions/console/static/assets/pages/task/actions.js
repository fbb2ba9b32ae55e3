// What this person may do with the task now; on demand, what they may not, why, and who could.
import { html, useEffect, useRef, useState } from "../../lib.js";
import { act, ActionDialog } from "../../parts/act.js";
import { keepFocus } from "../../parts/focus.js";
import { asksNothing, waysOf } from "../../parts/form.js";
import { Refusal } from "../../parts/notice.js";
import { useResource } from "../../resource.js";

/** The menu; `done` gets the action that was taken, and what was wrong if it was refused. */
export function Actions({ path, task, done }) {
  const [explained, setExplained] = useState(false);
  const found = useResource(`${path}/actions${explained ? "?explain=true" : ""}`, { every: 15_000, version: task.version });
  const [asked, setAsked] = useState(null);
  const [busy, setBusy] = useState(false);
  const taken = useRef(false);
  const finished = (action, problem) => { taken.current = true; done(action, problem); };
  const take = async (action) => {
    if (!asksNothing(action.inputSchema)) return setAsked(action);
    setBusy(true);
    const [{ problem }] = await act(action, [task], {});
    setBusy(false);
    return finished(action, problem);
  };
  // The action that was taken is seldom offered once more, and its button goes with it.
  useEffect(() => { if (taken.current) keepFocus(); }, [found.data]);
  const next = found.data?.suggested;
  const isNext = (action) => action.name === next?.action && action.option === next.option;
  // What most likely comes next comes first; the others are in the workflow's order.
  const items = found.data?.items.flatMap(waysOf).sort((one, other) => isNext(other) - isNext(one));
  return html`<section class="actions" aria-label="Actions">
    ${found.problem && html`<${Refusal} problem=${found.problem} again=${found.reload} />`}
    ${items?.length === 0 && html`<p class="faint">There is nothing that you may do with it now.</p>`}
    ${items?.length > 0 && html`<ul>${items.map((action) => html`<li key=${`${action.name} ${action.option ?? ""}`}>
      <button type="button" class=${isNext(action) ? "primary" : ""} disabled=${busy} aria-haspopup=${asksNothing(action.inputSchema) ? undefined : "dialog"} onClick=${() => take(action)}>${action.label}</button></li>`)}</ul>`}
    ${found.data && html`<details onToggle=${(event) => setExplained(event.target.open)}>
      <summary>What you may not do, and why</summary>
      <${Refused} refused=${found.data.refused} />
    </details>`}
    ${asked && html`<${ActionDialog} action=${asked} tasks=${[task]} close=${() => setAsked(null)}
      done=${([{ problem }]) => { setAsked(null); finished(asked, problem); }} />`}
  </section>`;
}

function Refused({ refused }) {
  if (!refused) return html`<p class="faint">…</p>`;
  if (refused.length === 0) return html`<p class="faint">Nothing: you may take every action.</p>`;
  return html`<dl class="refused">${refused.map((each) => html`<div>
    <dt>${each.label}</dt>
    <dd>${each.reason}</dd>
    <dd class="faint">${each.who.length > 0 && html`Who could: ${each.who.join(", ")}. `}${each.rule && html`Rule: <code>${each.rule}</code>`}</dd>
  </div>`)}</dl>`;
}
