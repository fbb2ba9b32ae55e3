// For who runs the stack: what waits on the failure queue, what actions cost, and cases that something is wrong with.
import { count, moment, span } from "../format.js";
import { html, useState } from "../lib.js";
import { Refusal } from "../parts/notice.js";
import { useResource } from "../resource.js";
import { address, go } from "../router.js";
import { Diagnosis } from "./operator/diagnosis.js";

export const matches = ([first]) => first === "operations";
export const title = "Operations";
export const link = { label: "Operations", path: ["operations"], to: matches, of: (me) => me.administrator };

/** The page; a case in the address is examined. */
export function Page({ route }) {
  const [, id] = route.path;
  const examine = (event) => {
    event.preventDefault();
    const asked = new FormData(event.target).get("case").trim();
    if (asked) go(["operations", asked]);
  };
  return html`<h1 tabindex="-1">Operations</h1>
    <div class="operations">
      <section aria-labelledby="doctor">
        <h2 id="doctor">The doctor</h2>
        <form class="examine" onSubmit=${examine}><label>Case <input name="case" required defaultValue=${id} key=${id} autocomplete="off" spellcheck="false" /></label>
          <button>Examine</button></form>
        ${id && html`<p><a href=${address(["cases", id])}>To the case</a></p><${Diagnosis} key=${id} id=${id} />`}
      </section>
      <${Stack} />
    </div>`;
}

function Stack() {
  const { data, problem, reload } = useResource("/operations", { every: 30_000 });
  if (problem) return html`<${Refusal} problem=${problem} again=${reload} />`;
  if (!data) return null;
  const { failureQueue: failures, night } = data;
  const unknown = html`<span class="faint">not measured here</span>`;
  const unknownNight = night.findings === null && night.settled === null;
  const oldest = failures.oldestInSeconds === null ? null : span(failures.oldestInSeconds * 1000);
  return html`<section aria-labelledby="stack">
      <h2 id="stack">The stack <span class="number">${moment(data.at)}</span></h2>
      <dl class="facts">
        <div><dt>Failure queue</dt><dd>${failures.waiting === 0 ? "empty" : html`<strong class="wrong">${count(failures.waiting, "record")}</strong>${oldest && `, the oldest ${oldest} old`}`}
          ${failures.inFlight > 0 && ` (${failures.inFlight} in flight)`}</dd></div>
        <div><dt>Slowest reaction of a day</dt><dd>${data.hookAgeInMilliseconds === null ? unknown : `${Math.round(data.hookAgeInMilliseconds)} ms`}</dd></div>
        ${unknownNight ? html`<div><dt>Last night</dt><dd>${unknown}</dd></div>` : html`
        <div><dt>Found last night</dt><dd>${night.findings === null ? unknown : count(night.findings, "finding")}</dd></div>
        <div><dt>Settled last night</dt><dd>${night.settled === null ? unknown : night.settled ? "all of it" : html`<strong class="wrong">not all</strong>`}</dd></div>`}
      </dl>
    </section>
    <section aria-labelledby="costs">
      <h2 id="costs">Cost of a day, by action</h2>
      <${Costs} costs=${data.costs} namespace=${data.metricsNamespace} />
    </section>`;
}

/** What cost anything; the rest only when it is asked for. */
function Costs({ costs, namespace }) {
  const [all, setAll] = useState(false);
  if (costs.length === 0) return html`<p class="faint">The metrics in the namespace <code>${namespace}</code> say nothing yet: they come a minute late.</p>`;
  const units = (number) => Math.round(number).toLocaleString();
  const dear = costs.filter((each) => Math.round(each.writeUnits) > 0 || Math.round(each.readUnits) > 0);
  const free = costs.length - dear.length;
  return html`${free > 0 && html`<p class="tools"><label><input type="checkbox" checked=${all} onChange=${() => setAll(!all)} />
      Those that cost nothing, too <span class="number">${free}</span></label></p>`}
    <table class="costs"><thead><tr><th scope="col">Action</th><th scope="col">Function</th><th class="units" scope="col">Write units</th><th class="units" scope="col">Read units</th></tr></thead>
    <tbody>${(all ? costs : dear).map((each) => html`<tr><td>${each.action}</td><td>${each.service}</td><td class="units">${units(each.writeUnits)}</td><td class="units">${units(each.readUnits)}</td></tr>`)}</tbody></table>`;
}
