// The library under one name: every module of the page takes from here what it draws with.
import { h } from "preact";
import htm from "htm";

export { render } from "preact";
export { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
export const html = htm.bind(h);
