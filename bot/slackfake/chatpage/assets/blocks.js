// Block Kit.

import { h } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { markdown } from "./markdown.js";
import { withEmoji } from "./emoji.js";
import { element } from "./elements.js";
import { inputBlock } from "./inputs.js";

// textObject renders a plain_text or mrkdwn object.
export function textObject(o) {
  if (!o) return "";
  if (o.type === "mrkdwn") return mrkdwn(o.text);
  const text = o.emoji === false ? o.text : withEmoji(o.text);
  return text.split("\n").map((line, i) => [i ? h("br") : null, line]);
}

// blocks renders blocks; ctx.press(actionID, value) acts, ctx.form collects the inputs of a modal.
export function blocks(list, ctx) {
  return (list || []).map((b) => (renderers[b.type] || unknown)(b, ctx));
}

const renderers = {
  section: (b, ctx) => h("div", { class: "b-section" },
    h("div", { class: "b-section-body" },
      b.text && h("div", { class: "b-text" }, textObject(b.text)),
      b.fields && h("div", { class: "b-fields" }, b.fields.map((f) => h("div", { class: "b-field" }, textObject(f))))),
    b.accessory && h("div", { class: "b-accessory" }, b.accessory.type === "image" ? picture(b.accessory, "thumb") : element(b.accessory, b, ctx))),
  header: (b) => h("h2", { class: "b-header" }, textObject(b.text)),
  context: (b) => h("div", { class: "b-context" }, b.elements.map((e) => (e.type === "image" ? picture(e, "tiny") : h("span", null, textObject(e))))),
  actions: (b, ctx) => h("div", { class: "b-actions" }, b.elements.map((e) => element(e, b, ctx))),
  context_actions: (b, ctx) => h("div", { class: "b-actions" }, b.elements.map((e) => element(e, b, ctx))),
  divider: () => h("hr", { class: "b-divider" }),
  image: (b) => h("figure", { class: "b-image" }, b.title && h("figcaption", null, textObject(b.title)), picture(b, "wide")),
  rich_text: (b) => h("div", { class: "b-rich" }, richText(b.elements)),
  markdown: (b) => markdown(b.text),
  input: (b, ctx) => inputBlock(b, ctx),
  table: (b) => table(b),
};

const unknown = (b) => h("div", { class: "b-unknown" }, `(a ${b.type} block)`);

// picture shows an image that was uploaded here. Images from elsewhere are not fetched: the page talks to
// nobody but its own server.
function picture(b, size) {
  if (b.slack_file && b.slack_file.id) return h("img", { class: size, src: "/chat/file/" + encodeURIComponent(b.slack_file.id), alt: b.alt_text, loading: "lazy" });
  return h("a", { class: "picture " + size, href: b.image_url, target: "_blank", rel: "noopener noreferrer nofollow" }, b.alt_text);
}

function table(b) {
  const settings = b.column_settings || [];
  const cell = (c, i, tag) => h(tag, { class: "align-" + ((settings[i] || {}).align || "left"), scope: tag === "th" ? "col" : null },
    c.type === "rich_text" ? richText(c.elements) : c.text ?? String(c.value ?? ""));
  const [head, ...rows] = b.rows;
  return h("div", { class: "table-wrap", tabindex: "0", role: "group", "aria-label": "Table" }, h("table", null,
    h("thead", null, h("tr", null, head.map((c, i) => cell(c, i, "th")))),
    h("tbody", null, rows.map((r) => h("tr", null, r.map((c, i) => cell(c, i, "td")))))));
}
