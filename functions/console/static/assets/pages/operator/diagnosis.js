// What the doctor finds of a case, what a repair would change, and the repair itself.
import { get, send } from "../../api.js";
import { count } from "../../format.js";
import { html, useEffect, useState } from "../../lib.js";
import { Notice, Refusal } from "../../parts/notice.js";
import { address } from "../../router.js";

/** The findings; after a dry run with every change, after a repair with what is left. */
export function Diagnosis({ id }) {
  const path = `/cases/${encodeURIComponent(id)}`;
  const [state, setState] = useState({ busy: true, findings: null, run: null, problem: null });
  const work = async (ask) => {
    setState((before) => ({ ...before, busy: true, problem: null }));
    try {
      const { body } = await ask();
      setState({ busy: false, problem: null, findings: body.findings, run: body.repairs ? body : null });
    } catch (problem) {
      setState((before) => ({ ...before, busy: false, problem }));
    }
  };
  const examine = () => work(() => get(`${path}/diagnosis`));
  useEffect(() => { examine(); }, [id]);
  // What was shown is what is repaired: another finding that has come up meanwhile is looked at first.
  const repair = (dryRun) => work(() => send("POST", `${path}/repairs`, { findings: mendable(findings), dryRun }));
  const { busy, findings, run, problem } = state;
  return html`<div class="diagnosis" aria-busy=${busy}>
    ${problem && html`<${Refusal} problem=${problem} again=${examine} />`}
    ${run && !run.dryRun && html`<${Done} run=${run} />`}
    ${findings?.length === 0 && html`<${Notice} tone="good">Everything holds of this case.<//>`}
    ${findings?.length > 0 && html`<${Findings} findings=${findings} />`}
    ${findings && html`<p class="choice">
      ${mendable(findings).length > 0 && html`<button type="button" disabled=${busy} onClick=${() => repair(true)}>Dry run</button>`}
      ${run?.dryRun && mendable(findings).length > 0 && html`<button type="button" class="primary" disabled=${busy} onClick=${() => repair(false)}>Repair</button>`}
      <button type="button" class="quiet" disabled=${busy} onClick=${examine}>Examine again</button></p>`}
    ${run?.dryRun && html`<${Changes} run=${run} />`}
  </div>`;
}

function mendable(findings) {
  return findings.filter((each) => each.repairable).map((each) => each.id);
}

function Findings({ findings }) {
  return html`<ul class="findings">${findings.map((each) => html`<li key=${each.id}>
    <p><strong>${each.detail}</strong> <code>${each.invariant}</code></p>
    <p class="faint">${each.repairable ? each.repair : `For a person: ${each.repair}`}</p>
    <p>${each.taskIds.map((task, place) => html`${place > 0 && ", "}<a href=${address(["tasks", task])}>${task}</a>`)}</p>
  </li>`)}</ul>`;
}

function Changes({ run }) {
  const changes = run.repairs.flatMap((step) => step.changes);
  const silent = run.repairs.filter((step) => step.changes.length === 0).length;
  return html`<h3>What a repair would change</h3>
    ${changes.length > 0 && html`<table class="changes"><thead><tr><th scope="col">Item</th><th scope="col">Field</th><th scope="col">Is</th><th scope="col">Would be</th></tr></thead>
      <tbody>${changes.map((each) => html`<tr><td>${each.item}</td><td>${each.field}</td><td>${each.before ?? "–"}</td><td>${each.after ?? "–"}</td></tr>`)}</tbody></table>`}
    ${silent > 0 && html`<p class="faint">For ${count(silent, "finding")} Casetree does what it owes; that is not foretold.</p>`}`;
}

function Done({ run }) {
  const done = run.repairs.filter((step) => step.done).length;
  const left = run.repairs.length - done;
  return html`<${Notice} tone=${left ? "bad" : "good"}>${count(done, "finding")} repaired${left > 0 ? `, ${left} not` : ""}.<//>`;
}
