// Inputs: what modals (and messages) ask people for.

import { h } from "./dom.js";
import { textObject } from "./blocks.js";
import { realPeople, channels } from "./directory.js";

let ids = 0;

// choices lists what a select offers, as groups of options.
export function choices(e) {
  if (e.type.includes("users")) return [{ options: realPeople().map((p) => ({ text: p.real, value: p.id })) }];
  if (e.type.includes("channels") || e.type.includes("conversations")) return [{ options: channels().map((c) => ({ text: "#" + c.name, value: c.id })) }];
  const plain = (options) => (options || []).map((o) => ({ text: o.text.text, value: o.value, hint: o.description && o.description.text }));
  if (e.option_groups) return e.option_groups.map((g) => ({ label: g.label.text, options: plain(g.options) }));
  return [{ options: plain(e.options) }];
}

const initial = (e) => {
  const one = e.initial_option && e.initial_option.value;
  const many = e.initial_options && e.initial_options.map((o) => o.value);
  return one || many || e.initial_user || e.initial_users || e.initial_channel || e.initial_channels || e.initial_conversation || e.initial_conversations || e.initial_value || e.initial_date || e.initial_time || localMinute(e.initial_date_time);
};

// localMinute is a time in seconds as a control for local dates and times has it.
function localMinute(seconds) {
  if (!seconds) return "";
  const d = new Date(seconds * 1000);
  const two = (n) => String(n).padStart(2, "0");
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

// nativeInput makes the browser's own control for an element: {el, control, value()}.
export function nativeInput(e, { label, id, describedby, required } = {}) {
  const common = { id, "aria-label": id ? null : label, "aria-describedby": describedby, required: required || null };
  const start = initial(e);
  if (e.type === "radio_buttons" || e.type === "checkboxes" || e.type.startsWith("multi_")) return many(e, start, label, describedby);
  if (e.type.endsWith("select")) return single(e, start, common);
  if (e.type === "plain_text_input" && e.multiline) {
    const el = h("textarea", { ...common, class: "field", rows: 4, maxlength: e.max_length || 3000, placeholder: e.placeholder && e.placeholder.text }, start);
    return { el, value: () => el.value };
  }
  const kinds = { number_input: "text", email_text_input: "email", url_text_input: "url", datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };
  const el = h("input", { ...common, class: "field", type: kinds[e.type] || "text", inputmode: e.type === "number_input" ? "decimal" : null, maxlength: e.max_length || (kinds[e.type] ? null : 3000), placeholder: e.placeholder && e.placeholder.text, value: start });
  // A time that nobody touched is sent back to the second, as it came.
  const seconds = () => (el.value === start ? e.initial_date_time : Math.floor(new Date(el.value).getTime() / 1000));
  const value = () => (e.type === "datetimepicker" && el.value ? String(seconds()) : el.value);
  return { el, value };
}

function single(e, start, common) {
  const groups = choices(e);
  const option = (o) => h("option", { value: o.value, selected: o.value === start }, o.text);
  const el = h("select", { ...common, class: "field select" },
    h("option", { value: "", selected: !start }, (e.placeholder && e.placeholder.text) || "Choose…"),
    groups.map((g) => (g.label ? h("optgroup", { label: g.label }, g.options.map(option)) : g.options.map(option))));
  return { el, value: () => el.value };
}

// many is a group of boxes: for radio buttons, checkboxes and selects of several.
function many(e, start, label, describedby) {
  const type = e.type === "radio_buttons" ? "radio" : "checkbox";
  const name = "group-" + ++ids;
  const chosen = [].concat(start || []);
  const boxes = [];
  const rows = choices(e).flatMap((g) => g.options).map((o) => {
    const box = h("input", { type, name, value: o.value, checked: chosen.includes(o.value) });
    boxes.push(box);
    return h("label", { class: "choice" }, box, h("span", null, o.text, o.hint && h("span", { class: "hint" }, o.hint)));
  });
  const el = h("div", { class: "choices", role: type === "radio" ? "radiogroup" : "group", "aria-label": label, "aria-describedby": describedby }, rows);
  return { el, value: () => boxes.filter((b) => b.checked).map((b) => b.value).join(",") };
}

// inputBlock is a labelled input. In a modal it adds itself to ctx.form.
export function inputBlock(b, ctx) {
  const id = "input-" + ++ids;
  const hint = b.hint && h("p", { class: "hint", id: id + "-hint" }, textObject(b.hint));
  const error = h("p", { class: "error", id: id + "-error", role: "alert" });
  const field = nativeInput(b.element, { id, label: b.label.text, describedby: `${id}-hint ${id}-error`, required: !b.optional });
  const label = field.el.id === id ? h("label", { for: id }, textObject(b.label)) : h("span", { class: "label" }, textObject(b.label));
  if (ctx.form) {
    ctx.form.set(b.block_id, {
      value: field.value,
      optional: Boolean(b.optional),
      fail: (text) => {
        error.textContent = text || "";
        if (!text) field.el.removeAttribute("aria-invalid");
        else field.el.setAttribute("aria-invalid", "true");
        if (text) field.el.focus();
      },
    });
  }
  field.el.addEventListener("input", () => {
    error.textContent = "";
    field.el.removeAttribute("aria-invalid");
  });
  if (b.dispatch_action || !ctx.form) field.el.addEventListener("change", () => ctx.press(b.element.action_id, field.value(), b.element));
  return h("div", { class: "b-input" }, h("div", { class: "label-row" }, label, b.optional && h("span", { class: "hint" }, "optional")), field.el, hint, error);
}
