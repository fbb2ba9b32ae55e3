// What the stack says about itself: the issuer, the page's client there, and where the API is.
let known;

/** The configuration, asked for once. */
export function config() {
  known ??= fetch("config.json").then((answer) => {
    if (!answer.ok) throw new Error(`The console's configuration cannot be read: ${answer.status}.`);
    return answer.json();
  });
  return known;
}
