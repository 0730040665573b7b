// Messages: one, and a list of them.

import { h, icon, sync } from "./dom.js";
import { avatar, person, isBot } from "./directory.js";
import { blocks } from "./blocks.js";
import { mrkdwn } from "./mrkdwn.js";
import { emoji } from "./emoji.js";
import { clock, full, millis, dayKey, dayName } from "./time.js";
import { openFile } from "./dialog.js";
import { tools } from "./tools.js";

const groupGap = 5 * 60 * 1000;

// items turns messages into what the list shows: days, a line before what is new, and messages.
function items(messages, newFrom, inThread) {
  const out = [];
  let day = "", before = null;
  for (const m of messages) {
    const ms = millis(m.ts);
    if (!inThread && dayKey(ms) !== day) {
      day = dayKey(ms);
      out.push({ kind: "day", key: "day-" + day, label: dayName(ms) });
      before = null;
    }
    if (m.ts === newFrom && out.some((i) => i.kind === "message")) {
      out.push({ kind: "new", key: "new" });
      before = null;
    }
    const joined = before && before.user === m.user && !before.own && !m.own && ms - millis(before.ts) < groupGap;
    out.push({ kind: "message", key: m.ts, message: m, joined: Boolean(joined) });
    before = m;
  }
  return out;
}

// showMessages brings a list on the screen up to date.
export function showMessages(list, messages, { newFrom = "", inThread = false, actions, me, zone }) {
  sync(list, items(messages, newFrom, inThread), {
    key: (i) => i.key,
    sig: (i) => (i.kind === "message" ? JSON.stringify([i.message, i.joined, me, zone]) : i.label || "new") + me,
    build: (i) => {
      if (i.kind === "day") return h("div", { class: "day" }, h("span", null, i.label));
      if (i.kind === "new") return h("div", { class: "day day-new" }, h("span", null, "New"));
      return message(i.message, i.joined, inThread, actions, me);
    },
    changed: (el, old) => { if (el.dataset.said !== old.dataset.said) el.classList.add("changed"); },
  });
}

function message(m, joined, inThread, actions, me) {
  const who = person(m.user);
  const time = h("time", { class: "when", datetime: new Date(millis(m.ts)).toISOString(), title: full(millis(m.ts)) }, clock(millis(m.ts)));
  const head = joined ? null : h("div", { class: "msg-head" },
    h("span", { class: "msg-name" }, isBot(m.user) ? actions.botName : who.real),
    who.bot && h("span", { class: "tag" }, "app"),
    time,
    m.pinned && h("span", { class: "pinned" }, icon("pin"), "Pinned"));
  const ctx = { press: (action, value) => actions.press(m, action, value) };
  return h("article", { data: { said: m.edits }, class: "msg" + (joined ? " msg-joined" : "") + (m.own ? " msg-own" : ""), "aria-label": `${who.real}, ${clock(millis(m.ts))}` },
    joined ? h("span", { class: "gutter" }, time) : h("span", { class: "gutter" }, avatar(m.user)),
    h("div", { class: "msg-body" },
      m.own && h("p", { class: "only-you" }, icon("eye"), h("span", null, "Only visible to you", m.asked && [" · answers ", h("code", null, m.asked)])),
      head,
      content(m, ctx),
      m.files && h("div", { class: "files" }, m.files.map(fileCard)),
      m.reactions && h("div", { class: "reactions" }, m.reactions.map((r) => reaction(m, r, actions, me))),
      !inThread && m.replies && h("button", { class: "replies", type: "button", data: { focus: "replies" }, onclick: () => actions.thread(m) },
        icon("reply"), m.replies === 1 ? "1 reply" : `${m.replies} replies`, h("span", { class: "hint" }, "last " + clock(millis(m.latest))))),
    !m.own && tools(m, inThread, actions));
}

function content(m, ctx) {
  const edited = m.edited && h("span", { class: "edited" }, " (edited)");
  if (m.blocks) return h("div", { class: "blocks" }, blocks(m.blocks, ctx), edited);
  if (!m.text) return null;
  return h("div", { class: "text" }, mrkdwn(m.text), edited);
}

function fileCard(f) {
  if (/\.(png|jpe?g|gif)$/i.test(f.name)) return h("img", { class: "wide", src: "/chat/file/" + encodeURIComponent(f.id), alt: f.alt_txt || f.title || f.name, loading: "lazy" });
  return h("button", { class: "file", type: "button", data: { focus: "file-" + f.id }, onclick: () => openFile(f) }, icon("file"), h("span", null, h("b", null, f.title || f.name), h("span", { class: "hint" }, f.name)));
}

function reaction(m, r, actions, me) {
  const mine = r.users.includes(me);
  const names = r.users.map((u) => person(u).real).join(", ");
  return h("button", {
    class: "reaction" + (mine ? " reaction-mine" : ""), type: "button", "aria-pressed": String(mine), title: names,
    "aria-label": `${r.name}, ${r.count}, by ${names}`, data: { focus: "reaction-" + r.name }, onclick: () => actions.react(m, r.name),
  }, h("span", { "aria-hidden": "true" }, emoji(r.name)), h("span", { "aria-hidden": "true" }, r.count));
}
