// Where keyboards and screen readers are when what they were at has gone.

/** The heading has the focus: who followed a link, or took the last action of a menu, hears where they are. */
export function focusHeading() {
  document.querySelector("main h1")?.focus();
}

/** The same, if nothing has the focus any more. */
export function keepFocus() {
  if (document.activeElement === document.body || document.activeElement === null) focusHeading();
}
