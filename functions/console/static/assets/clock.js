// The stack's time: a browser's own clock may be wrong, and that of a stack on a laptop may be moved ahead.
let ahead = 0;

/** From now on the time is what the stack said that it was. */
export function set(moment) {
  if (moment) ahead = new Date(moment) - Date.now();
}

/** The time, in milliseconds. */
export function now() {
  return Date.now() + ahead;
}
