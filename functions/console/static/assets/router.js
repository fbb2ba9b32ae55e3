// Where the page is: the part of its address behind the #, which works below any prefix and needs no server.
import { useEffect, useState } from "./lib.js";

/** The address of a place in the page, for links. */
export function address(path, query = {}) {
  const given = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().filter((each) => each !== undefined && each !== null && each !== "").map((each) => [name, each]));
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join("/")}${search ? `?${search}` : ""}`;
}

/** Goes there, as if a link had been followed. */
export function go(path, query) {
  location.hash = address(path, query);
}

/** The place that is shown now. */
export function useRoute() {
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const changed = () => setRoute(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

function read() {
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(search) };
}

function decoded(step) {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
