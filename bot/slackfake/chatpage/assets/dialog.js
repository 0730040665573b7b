// Dialogs: confirmations, the bot's modals, and opened files.

import { h, icon } from "./dom.js";
import { blocks, textObject } from "./blocks.js";
import { markdown } from "./markdown.js";
import { post } from "./api.js";
import { toast } from "./toast.js";

let titles = 0;

function dialog(kind, title, body, foot, onClose) {
  const id = "dialog-" + ++titles;
  const el = h("dialog", { class: "dialog " + kind, "aria-labelledby": id });
  const close = h("button", { class: "icon-button", type: "button", "aria-label": "Close", onclick: () => el.close("") }, icon("close"));
  el.append(h("div", { class: "dialog-head" }, h("h2", { id }, title), close), h("div", { class: "dialog-body", tabindex: "-1" }, body));
  if (foot) el.append(h("div", { class: "dialog-foot" }, foot));
  el.addEventListener("close", () => {
    el.remove();
    onClose(el.returnValue);
  });
  document.body.append(el);
  el.showModal();
  return el;
}

// confirmDialog asks; it resolves to whether the person agreed.
export function confirmDialog(c) {
  return new Promise((resolve) => {
    const deny = h("button", { class: "btn", type: "button", onclick: () => el.close("") }, c.deny ? textObject(c.deny) : "Cancel");
    const agree = h("button", { class: "btn " + (c.style === "danger" ? "btn-danger" : "btn-primary"), type: "button", onclick: () => el.close("yes") }, textObject(c.confirm));
    const el = dialog("dialog-small", textObject(c.title), h("p", null, textObject(c.text)), [deny, agree], (v) => resolve(v === "yes"));
    agree.focus();
  });
}

let shown = null; // the modal on screen: {key, el}
let closed = ""; // the id of the one that the person has closed: the server may not know yet

// showView keeps the screen in step with the modal that the server says is open.
export function showView(view, as) {
  if (shown && (!view || shown.key !== view.id + view.hash)) {
    const old = shown;
    shown = null;
    old.el.close("server");
  }
  if (!view) closed = "";
  if (!view || shown || view.id === closed) return;
  const form = new Map();
  const ctx = { form, press: (action, value) => post("view", { as, id: view.id, do: "press", action, value }).then(report) };
  const body = h("form", { class: "view", novalidate: true, onsubmit: (ev) => { ev.preventDefault(); submit(view, as, form); } }, blocks(view.blocks, ctx));
  const submitButton = view.submit && h("button", { class: "btn btn-primary", type: "button", onclick: () => body.requestSubmit() }, view.submit);
  const cancel = h("button", { class: "btn", type: "button", onclick: () => el.close("") }, view.close || (view.submit ? "Cancel" : "Close"));
  const el = dialog("dialog-view", view.title, body, [cancel, submitButton], (why) => {
    if (why === "server") return;
    shown = null;
    closed = view.id;
    post("view", { as, id: view.id, do: "close" }).then(report);
  });
  shown = { key: view.id + view.hash, el };
  const first = body.querySelector("input, textarea, select");
  if (first) first.focus();
}

async function submit(view, as, form) {
  const inputs = {};
  let missing = false;
  for (const [id, field] of [...form].reverse()) {
    inputs[id] = field.value();
    const wrong = !field.optional && !inputs[id].trim();
    field.fail(wrong ? "Please fill this in." : "");
    missing = missing || wrong;
  }
  if (missing) return;
  const out = await post("view", { as, id: view.id, do: "submit", inputs });
  for (const [id, text] of Object.entries(out.errors || {})) if (form.has(id)) form.get(id).fail(text);
  report(out);
}

function report(out) {
  if (out.error) toast(out.error, { kind: "bad" });
}

// openFile shows an uploaded text; other files are left to the browser.
export async function openFile(file) {
  const url = "/chat/file/" + encodeURIComponent(file.id);
  if (!/\.(md|txt)$/i.test(file.name)) {
    window.open(url, "_blank", "noopener");
    return;
  }
  const resp = await fetch(url);
  const text = await resp.text();
  const body = resp.ok ? (/\.md$/i.test(file.name) ? markdown(text) : h("pre", { class: "code-block" }, text)) : h("p", null, "The file could not be read.");
  dialog("dialog-wide", file.title || file.name, body, null, () => {});
}
