// Building and keeping the page's elements. Text is always set as text, never as markup.

const svgNS = "http://www.w3.org/2000/svg";

// h makes an element: h("button", {class: "btn", onclick: f, "aria-label": "x"}, "text", child, …).
export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (name === "class") el.className = value;
    else if (name === "data") Object.assign(el.dataset, value);
    else if (name === "value" || name === "checked" || name === "selected" || name === "disabled") el[name] = value;
    else el.setAttribute(name, value === true ? "" : String(value));
  }
  add(el, children);
  return el;
}

export function add(el, children) {
  for (const c of children.flat(Infinity)) {
    if (c === undefined || c === null || c === false) continue;
    el.append(c instanceof Node ? c : document.createTextNode(String(c)));
  }
  return el;
}

// icon draws one of the page's line icons.
export function icon(name, label) {
  const svg = document.createElementNS(svgNS, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  for (const d of icons[name] || []) {
    const path = document.createElementNS(svgNS, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

const icons = {
  menu: ["M3 5.5h14", "M3 10h14", "M3 14.5h14"],
  sun: ["M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z", "M10 2v1.6", "M10 16.4V18", "M2 10h1.6", "M16.4 10H18", "m4.3 4.3 1.1 1.1", "m14.6 14.6 1.1 1.1", "m15.7 4.3-1.1 1.1", "m5.4 14.6-1.1 1.1"],
  moon: ["M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7Z"],
  auto: ["M10 3a7 7 0 1 0 0 14Z", "M10 3a7 7 0 0 1 0 14"],
  hash: ["M7.5 3.5 6 16.5", "M14 3.5l-1.5 13", "M4 7.5h13", "M3 12.5h13"],
  lock: ["M5.5 9h9v7.5h-9Z", "M7.2 9V6.8a2.8 2.8 0 0 1 5.6 0V9"],
  send: ["M3.5 10 16.5 4l-4 12.5-3-5Z", "m9.5 11.5 3-3"],
  reply: ["M4 6.5c0-1.4 1-2.5 2.5-2.5h7C15 4 16 5.1 16 6.5v4c0 1.4-1 2.5-2.5 2.5H9l-4 3v-3.4C4.4 12.2 4 11.4 4 10.5Z"],
  phone: ["M6.5 2.5h7v15h-7Z", "M9.2 15h1.6"],
  close: ["m5 5 10 10", "M15 5 5 15"],
  check: ["m4.5 10.5 3.6 3.6 7.4-8"],
  smile: ["M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z", "M7 11.8c1.6 2.2 4.4 2.2 6 0", "M7.6 8v.2", "M12.4 8v.2"],
  eye: ["M2.5 10S5.5 5 10 5s7.5 5 7.5 5-3 5-7.5 5-7.5-5-7.5-5Z", "M10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z"],
  file: ["M6 3h5l4 4v10H6Z", "M11 3v4h4"],
  down: ["m5.5 8 4.5 4.5L14.5 8"],
  columns: ["M3.5 4.5h13v11h-13Z", "M11 4.5v11"],
  away: ["M8 5H4.5v10.5H15V12", "M11 4h5v5", "m16 4-7 7"],
  dots: ["M5 10h.01", "M10 10h.01", "M15 10h.01"],
  bolt: ["M11 2.8 4.8 11.4H10l-1 5.8 6.2-8.6H10Z"],
  pin: ["M8 3.5h4l-.5 5 2.5 2.5H6l2.5-2.5Z", "M10 11v6"],
  link: ["M8.5 11.5a3 3 0 0 0 4.2 0l2.4-2.4a3 3 0 0 0-4.2-4.2l-.9.9", "M11.5 8.5a3 3 0 0 0-4.2 0l-2.4 2.4a3 3 0 0 0 4.2 4.2l.9-.9"],
};

// sync makes a container show items in their order. Elements are kept by key as long as their
// signature stays, so that focus, scrolling and half-made choices survive; rebuild says what changed.
export function sync(container, items, { key, sig, build, changed }) {
  const old = new Map();
  for (const el of container.children) old.set(el.dataset.key, el);
  const focus = document.activeElement;
  let at = container.firstChild;
  for (const item of items) {
    const k = key(item), s = sig(item);
    let el = old.get(k);
    const isNew = !el;
    if (!el || el.dataset.sig !== s) {
      const next = build(item);
      next.dataset.key = k;
      next.dataset.sig = s;
      if (el) {
        const path = focusPath(el, focus);
        if (at === el) at = next; // it must not be moved afterwards: that would take the focus away
        el.replaceWith(next);
        refocus(next, path);
        if (changed) changed(next, el);
      }
      el = next;
    }
    old.delete(k);
    if (el !== at) container.insertBefore(el, at);
    else at = at.nextSibling;
    if (isNew) el.dataset.fresh = "";
  }
  for (const el of old.values()) el.remove();
}

// focusPath names the focused element inside el, so that its successor can be found.
function focusPath(el, focus) {
  return focus && el.contains(focus) ? focus.dataset.focus || "" : null;
}

function refocus(el, path) {
  if (path === null) return;
  const same = path && el.querySelector(`[data-focus="${CSS.escape(path)}"]`);
  const next = same || el.querySelector(".b-actions button") || el.querySelector("button, a[href], select, input");
  if (next) next.focus({ preventScroll: true });
}

export function only(el, ...children) {
  el.replaceChildren();
  return add(el, children);
}
