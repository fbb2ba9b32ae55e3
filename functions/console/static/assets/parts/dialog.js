// A dialog over the page: the browser's own, which keeps the focus and ends with Escape.
import { html, useEffect, useId, useRef } from "../lib.js";
import { focusHeading } from "./focus.js";

/** Shown as long as it is drawn; `close` is called when the person leaves it. */
export function Dialog({ title, close, children }) {
  const element = useRef();
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current.showModal();
    // The browser would begin with the button that closes.
    element.current.querySelector("form :is(input, select, textarea, button)")?.focus();
    return () => (before?.isConnected ? before.focus() : focusHeading());
  }, []);
  return html`<dialog ref=${element} aria-labelledby=${heading} onClose=${close}>
    <header><h2 id=${heading}>${title}</h2>
      <button type="button" class="quiet" aria-label="Close" onClick=${() => element.current.close()}>×</button>
    </header>
    ${children}
  </dialog>`;
}
