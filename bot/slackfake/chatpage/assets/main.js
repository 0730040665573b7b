// The page: asks for the state, shows it, and asks again whenever the server says that something has changed.

import { h, icon, only } from "./dom.js";
import { fetchState, post, listen } from "./api.js";
import { setDirectory, person, waves } from "./directory.js";
import { setZone } from "./time.js";
import { showSidebar, showHead } from "./sidebar.js";
import { showMessages } from "./messages.js";
import { Tail } from "./tail.js";
import { showBeside, setClosed, canOpen, wanted, onRoom } from "./beside.js";
import { Composer } from "./composer.js";
import { showStage, showDown, showTour } from "./stage.js";
import { showActor, themeButton } from "./people.js";
import { showPhone } from "./phone.js";
import { showView } from "./dialog.js";
import { showHome, tabs } from "./home.js";
import { forgetToasts, toast } from "./toast.js";

const $ = (id) => document.getElementById(id);
const at = { as: "", in: "", thread: "", before: "", beside: "" };
const tail = new Tail($("log"));
let home = false; // the app's home tab is looked at, not the conversation with it
let state = null, newFrom = "", composer = null, answer = null;

function readPlace() {
  const params = new URLSearchParams(location.search);
  at.as = params.get("as") || "";
  at.in = location.hash.slice(1);
}

function writePlace() {
  const url = new URL(location.href);
  url.searchParams.set("as", state.me);
  url.hash = state.open.id;
  if (url.href !== location.href) history.replaceState(null, "", url);
}

let asking = false, again = false;

// refresh asks for the state; calls while it is under way lead to one more.
async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  at.beside = wanted();
  const asked = { ...at };
  try {
    const next = await fetchState(at);
    if (asked.as === at.as && asked.in === at.in) show(next);
    else again = true; // somebody has gone elsewhere meanwhile
  } catch { /* the stream will tell when the server is back */ }
  asking = false;
  if (again) {
    again = false;
    setTimeout(refresh, 60);
  }
}

function show(next) {
  const before = state;
  const moved = !before || before.open.id !== next.open.id || before.me !== next.me;
  state = next;
  at.as = next.me;
  at.in = next.open.id;
  if (moved) newFrom = firstUnread(next);
  setDirectory(next);
  setZone(next.zone);
  const botName = person(next.bot).real;
  document.title = (next.convs.some((c) => c.unread) ? "• " : "") + next.title;
  $("title").textContent = next.title;
  showStage($("stage"), next.stage.controls);
  showDown($("banner"), next.down, refresh);
  showTour($("tour"), next.stage);
  showActor($("actor"), next, switchTo);
  showSidebar($("nav"), next, openConv, botName);
  showHead($("head"), next, botName, { besides: canOpen(next) ? () => beside(true) : null, tabs: tabs(home, chooseTab) });
  showHome(atHome(), next.home, botName, (action) => report(post("home", { as: state.me, action })));
  showLog(moved, botName);
  showThread(botName);
  showBeside(next, { actions: actionsFor(botName), moved: !before || before.me !== next.me, open: openConv, close: () => beside(false) });
  showComposer();
  showPhone($("phone"), next, person(next.me).real);
  showView(next.view, next.me);
  writePlace();
  if (before) tellNews(before, next, moved);
  markRead();
}

// firstUnread is where the line before what is new stands: before what came since the last visit.
function firstUnread(next) {
  const first = next.open.messages.find((m) => m.ts > next.open.seen && m.user !== next.me);
  return first ? first.ts : "";
}

function actionsFor(botName) {
  return {
    botName,
    press: (m, action, value) => report(post("press", { as: state.me, channel: m.channel, ts: m.ts, action, value })),
    react: (m, name) => report(post("react", { as: state.me, channel: m.channel, ts: m.ts, name })),
    pin: (m) => report(post("pin", { as: state.me, channel: m.channel, ts: m.ts })),
    shortcuts: state.stage.shortcuts,
    shortcut: (m, id) => report(post("shortcut", { as: state.me, channel: m.channel, ts: m.ts, id })),
    thread: (m) => { at.thread = m.ts; refresh().then(() => $("thread").querySelector("input")?.focus()); },
  };
}

async function report(promise) {
  const out = await promise;
  if (out.error) toast(out.error, { kind: "bad" });
  return !out.error;
}

function showLog(moved, botName) {
  const log = $("log");
  let list = log.querySelector(".list");
  if (!list || moved) {
    only(log, h("div", { class: "fill" }), list = h("div", { class: "list list-first" }));
    tail.follow(list);
  } else list.classList.remove("list-first");
  log.querySelector(".older")?.remove();
  if (state.open.more) log.firstChild.after(h("button", { class: "btn older", type: "button", onclick: older }, "Show earlier messages"));
  showMessages(list, state.open.messages, { newFrom, actions: actionsFor(botName), me: state.me, zone: state.zone });
  log.querySelector(".empty")?.remove();
  if (!state.open.messages.length) log.append(empty(botName));
  tail.toEnd();
  showNews();
}

// showNews offers the way to the end while something unread came below what is looked at.
function showNews() {
  const here = state.convs.find((c) => c.id === state.open.id);
  $("news").hidden = tail.stick || !here?.unread;
}

function reached() {
  showNews();
  markRead();
}

function toNews() {
  tail.stick = true;
  tail.toEnd();
  $("log").focus({ preventScroll: true });
  reached();
}

function empty(botName) {
  const im = state.open.kind === "im";
  const welcome = im && state.me === state.stage.actor && state.stage.welcome;
  return h("div", { class: "empty" }, h("span", { class: "empty-mark" }, waves()),
    h("p", { class: "empty-title" }, im ? "No pages. Enjoy the calm." : "It is quiet in here."),
    h("p", { class: "hint" }, welcome || (im ? `When you are on call, ${botName} pages you here.` : state.open.id === state.stage.beside ? "Each incident has a card in this channel." : state.open.topic)));
}

const atHome = () => home && state.open.kind === "im";

// chooseTab opens the home tab, which the app then draws anew, or goes back to the messages.
async function chooseTab(toHome) {
  home = toHome;
  at.thread = "";
  if (home) await report(post("home", { as: state.me }));
  await refresh();
  $("head").querySelector("[aria-pressed=true]")?.focus();
}

function older() {
  const log = $("log"), from = log.scrollHeight - log.scrollTop;
  at.before = state.open.messages[0].ts;
  refresh().then(() => { log.scrollTop = log.scrollHeight - from; });
}

function showThread(botName) {
  const box = $("thread");
  box.hidden = !state.thread;
  $("shell").classList.toggle("with-thread", Boolean(state.thread));
  if (!state.thread) {
    at.thread = "";
    return;
  }
  if (box.dataset.ts !== state.thread.ts + state.me) {
    box.dataset.ts = state.thread.ts + state.me;
    const form = h("form", { class: "composer" });
    only(box, h("div", { class: "pane-head thread-head" }, h("h2", null, "Thread"), h("button", { class: "icon-button", type: "button", "aria-label": "Close the thread", onclick: closeThread }, icon("close"))),
      h("div", { class: "log", tabindex: "0", role: "log", "aria-label": "Messages of the thread" }, h("div", { class: "list list-first" })), form);
    answer = new Composer(form, { id: "thread-input", label: "Reply in the thread", send: (text) => report(post("send", { as: state.me, channel: state.open.id, thread: state.thread.ts, text })) });
  }
  answer.placeholder("Reply…", state.down.on || state.open.archived);
  showMessages(box.querySelector(".list"), state.thread.messages, { inThread: true, actions: actionsFor(botName), me: state.me, zone: state.zone });
}

// beside opens or closes the channel beside.
function beside(open) {
  setClosed(!open);
  refresh();
  composer.input.focus();
}

function closeThread() {
  at.thread = "";
  refresh();
  composer.input.focus();
}

function showComposer() {
  if (!composer) {
    const shortcuts = state.stage.shortcuts.filter((s) => !s.message);
    const start = (id) => report(post("shortcut", { as: state.me, id }));
    composer = new Composer($("composer"), { id: "composer-input", label: "Message or command", commands: state.stage.commands, send, shortcuts, start });
  }
  const where = state.open.kind === "im" ? person(state.bot).real : "#" + state.open.name;
  const hint = state.open.archived ? "This channel is archived." : state.down.on ? "Slack is down." : `Message ${where}, or / for commands`;
  composer.placeholder(hint, state.down.on || state.open.archived);
}

// send sends what was typed, and looks at the end, where the answer will stand.
function send(text) {
  tail.stick = true;
  return report(post("send", { as: state.me, channel: state.open.id, text }));
}

function openConv(id) {
  at.in = id;
  at.thread = at.before = "";
  home = false;
  drawer(false);
  refresh();
}

async function switchTo(id) {
  at.as = id;
  at.in = at.thread = at.before = "";
  home = false;
  await refresh();
  forgetToasts();
  toast(`You now act as ${person(id).real}.`, { key: "actor" });
}

// tellNews points at what arrived where the person is not looking.
function tellNews(before, next, moved) {
  if (moved) return;
  const old = new Map(before.convs.map((c) => [c.id, c]));
  for (const c of next.convs) {
    if (c.kind !== "im" || c.id === next.open.id && !atHome() || c.unread <= (old.get(c.id)?.unread ?? 0)) continue;
    toast(`${person(next.bot).real} sent you a direct message.`, { key: c.id, action: { label: "Open", run: () => openConv(c.id) } });
  }
  const were = new Map(before.people.map((p) => [p.id, p.unread])), rang = new Map(before.people.map((p) => [p.id, p.rang]));
  for (const p of next.people) {
    if (p.id === next.me || p.bot) continue;
    const rings = p.rang > (rang.get(p.id) ?? 0);
    if (!rings && p.unread <= (were.get(p.id) ?? 0)) continue;
    toast(rings ? `${p.real}’s phone rings.` : `${p.real} got a direct message.`, { key: p.id, action: { label: `Act as ${p.real.split(" ")[0]}`, run: () => switchTo(p.id) } });
  }
}

// markRead says what the person has before them: of a list that is scrolled back, the end is not.
function markRead() {
  if (document.visibilityState !== "visible") return;
  const seen = [tail.stick && !atHome() ? state.open.id : "", state.thread ? "" : state.beside?.id];
  for (const c of state.convs) {
    if (c.unread && c.last && seen.includes(c.id)) post("read", { as: state.me, channel: c.id, ts: c.last });
  }
}

function drawer(open) {
  document.body.classList.toggle("drawer-open", open);
  $("menu").setAttribute("aria-expanded", String(open));
}

function start() {
  readPlace();
  $("mark").append(waves());
  $("menu").append(icon("menu"));
  $("menu").addEventListener("click", () => drawer(!document.body.classList.contains("drawer-open")));
  $("news").addEventListener("click", toNews);
  tail.reached = reached;
  $("scrim").addEventListener("click", () => drawer(false));
  themeButton($("theme"));
  onRoom(refresh);
  document.addEventListener("keydown", keys);
  document.addEventListener("visibilitychange", () => { if (state) markRead(); });
  document.addEventListener("click", (ev) => {
    const link = ev.target.closest("a[data-open]");
    if (!link) return;
    ev.preventDefault();
    openConv(link.dataset.open);
  });
  let lost = 0;
  listen(refresh, (up) => {
    if (up) {
      clearTimeout(lost);
      lost = 0;
      $("offline").hidden = true;
    } else if (!lost) {
      lost = setTimeout(() => { $("offline").hidden = false; }, 1500);
    }
  });
}

function keys(ev) {
  const typing = /^(input|textarea|select)$/i.test(ev.target.tagName);
  if (ev.key === "Escape" && !document.querySelector("dialog[open]")) {
    if (document.body.classList.contains("drawer-open")) drawer(false);
    else if (state && state.thread) closeThread();
  }
  if (ev.key === "/" && !typing && composer && !composer.input.disabled && !document.querySelector("dialog[open]")) {
    ev.preventDefault();
    composer.input.focus();
    if (!composer.input.value) composer.input.value = "/";
    composer.suggest();
  }
  if (ev.altKey && (ev.key === "ArrowUp" || ev.key === "ArrowDown")) {
    const rows = [...$("nav").querySelectorAll("button.conv")];
    const now = rows.findIndex((r) => r.getAttribute("aria-current"));
    ev.preventDefault();
    rows[(now + (ev.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length]?.click();
  }
}

start();
