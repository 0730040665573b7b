// The list of conversations.

import { h, icon, sync, only } from "./dom.js";
import { avatar } from "./directory.js";

const lists = {};

export function showSidebar(nav, state, open, botName) {
  if (!nav.childElementCount) {
    only(nav, section("channels", "Channels"), section("dms", "Direct messages"));
  }
  const channels = state.convs.filter((c) => c.kind !== "im").sort((a, b) => a.name.localeCompare(b.name));
  const dms = state.convs.filter((c) => c.kind === "im");
  draw(lists.channels, channels, state, open, botName);
  draw(lists.dms, dms, state, open, botName);
}

function section(id, label) {
  lists[id] = h("ul", { "aria-labelledby": "nav-" + id });
  return h("div", { class: "nav-section" }, h("h2", { id: "nav-" + id }, label), lists[id]);
}

function draw(list, convs, state, open, botName) {
  sync(list, convs, {
    key: (c) => c.id,
    sig: (c) => JSON.stringify([c.name, c.kind, c.unread, c.id === state.open.id, state.bot]),
    build: (c) => {
      const name = c.kind === "im" ? botName : c.name;
      const current = c.id === state.open.id;
      return h("li", null, h("button", {
        class: "conv" + (c.unread ? " conv-unread" : ""), type: "button", "aria-current": current ? "page" : null, data: { focus: c.id },
        onclick: () => open(c.id),
      },
      c.kind === "im" ? avatar(state.bot, "small") : icon(c.kind === "group" ? "lock" : "hash", c.kind === "group" ? "private channel" : "channel"),
      h("span", { class: "conv-name" }, name),
      c.unread > 0 && badge(c.unread)));
    },
  });
}

export const badge = (n) => h("span", { class: "badge" }, n > 98 ? "99+" : n, h("span", { class: "sr" }, " unread"));

// showHead names the open conversation.
export function showHead(head, state, botName, { besides, tabs }) {
  const c = state.open;
  const im = c.kind === "im";
  const title = h("h1", null, im ? avatar(state.bot, "small") : icon(c.kind === "group" ? "lock" : "hash"), im ? botName : c.name);
  const links = c.bookmarks.map((b) => h("a", { class: "bookmark", href: b.link, target: "_blank", rel: "noopener noreferrer nofollow" }, icon("link"), b.title));
  only(head, h("div", { class: "head-line" }, title,
    !im && h("span", { class: "hint members" }, c.members === 1 ? "1 member" : `${c.members} members`),
    besides && h("button", { class: "icon-button head-close", type: "button", "aria-label": "Show the channel beside", title: "Show the channel beside", onclick: besides }, icon("columns"))),
  im ? tabs : c.topic && h("p", { class: "topic" }, c.topic),
  links.length > 0 && h("div", { class: "bookmarks" }, links));
}
