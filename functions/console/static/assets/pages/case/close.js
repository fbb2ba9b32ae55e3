// Closing a case: why, and then its open tasks end with it.
import { count } from "../../format.js";
import { html, useEffect, useState } from "../../lib.js";
import { Dialog } from "../../parts/dialog.js";
import { keepFocus } from "../../parts/focus.js";
import { Form } from "../../parts/form.js";
import { Refusal } from "../../parts/notice.js";
import { usePost } from "../../parts/submit.js";

// As the API takes it.
const WHY = { properties: { reason: { type: "string", maxLength: 10_000 } }, required: ["reason"] };

/** A button that opens the form. */
export function Close({ case: of, done }) {
  const [open, setOpen] = useState(false);
  // A case is closed once, and the button goes with it.
  useEffect(() => () => setTimeout(keepFocus), []);
  return html`<button type="button" aria-haspopup="dialog" onClick=${() => setOpen(true)}>Close case</button>
    ${open && html`<${CloseDialog} case=${of} close=${() => setOpen(false)} done=${() => { setOpen(false); done(); }} />`}`;
}

function CloseDialog({ case: of, close, done }) {
  const { submit, busy, problem } = usePost(`/cases/${encodeURIComponent(of.caseId)}/close`, done, of.version);
  return html`<${Dialog} title="Close case" close=${close}>
    <${Form} schema=${WHY} label="Close case" busy=${busy} errors=${problem?.errors} submit=${submit} leave=${close}>
      ${problem && html`<${Refusal} problem=${problem} />`}
      ${of.tasks.open > 0 && html`<p class="hint">It ends with what is open in it: ${count(of.tasks.open, "task")}.</p>`}
    <//>
  <//>`;
}
