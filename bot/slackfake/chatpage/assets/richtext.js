// rich_text blocks.

import { h } from "./dom.js";
import { mention, channelLink, groupMention, broadcast } from "./directory.js";
import { emoji } from "./emoji.js";
import { dateText, full } from "./time.js";
import { link } from "./mrkdwn.js";

export function richText(elements) {
  return (elements || []).map((el) => {
    switch (el.type) {
      case "rich_text_section": return h("p", null, lines(el.elements));
      case "rich_text_quote": return h("blockquote", null, lines(el.elements));
      case "rich_text_preformatted": return h("pre", { class: "code-block" }, lines(el.elements));
      case "rich_text_list": return list(el);
    }
    return null;
  });
}

function list(el) {
  const indent = Math.min(el.indent || 0, 8);
  const tag = el.style === "ordered" ? "ol" : "ul";
  const start = tag === "ol" && el.offset ? el.offset + 1 : null;
  return h(tag, { class: `rich-list indent-${indent}`, start }, el.elements.map((item) => h("li", null, lines(item.elements))));
}

const lines = (elements) => (elements || []).map((e) => styled(e, leaf(e)));

function leaf(e) {
  switch (e.type) {
    case "text": return e.text.split("\n").map((line, i) => [i ? h("br") : null, line]);
    case "link": return link(e.url, e.text);
    case "user": return mention(e.user_id);
    case "usergroup": return groupMention(e.usergroup_id);
    case "channel": return channelLink(e.channel_id);
    case "broadcast": return broadcast(e.range);
    case "emoji": return emoji(e.name);
    case "color": return h("code", null, e.value);
    case "date": {
      const shown = dateText(e.timestamp, e.format);
      return e.url ? link(e.url, shown) : h("time", { class: "date", title: full(e.timestamp * 1000) }, shown);
    }
  }
  return e.text || "";
}

const wraps = [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]];

function styled(e, node) {
  let out = node;
  for (const [name, tag] of wraps) if (e.style && e.style[name]) out = h(tag, null, out);
  return out;
}
