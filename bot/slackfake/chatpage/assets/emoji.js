// The emoji that people and bots use here; others stay as :name:.

const known = {
  fire: "🔥", rotating_light: "🚨", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️",
  pushpin: "📌", eyes: "👀", bell: "🔔", no_bell: "🔕", zzz: "💤", pager: "📟", phone: "☎️", telephone_receiver: "📞",
  thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎", tada: "🎉", rocket: "🚀", heart: "❤️", pray: "🙏",
  large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠", red_circle: "🔴",
  large_blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫", green_circle: "🟢",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", clock1: "🕐", alarm_clock: "⏰", stopwatch: "⏱️", calendar: "📅",
  memo: "📝", book: "📖", books: "📚", clipboard: "📋", chart_with_upwards_trend: "📈", bar_chart: "📊", link: "🔗",
  mag: "🔍", wrench: "🔧", hammer_and_wrench: "🛠️", gear: "⚙️", bulb: "💡", speech_balloon: "💬", lock: "🔒",
  raised_hand: "✋", wave: "👋", ok_hand: "👌", point_right: "👉", slightly_smiling_face: "🙂", smile: "😄", thinking_face: "🤔",
  sob: "😭", sweat_smile: "😅", relieved: "😌", information_source: "ℹ️", question: "❓", exclamation: "❗",
  arrow_up: "⬆️", arrow_right: "➡️", leftwards_arrow_with_hook: "↩️", rewind: "⏪", arrows_counterclockwise: "🔄", repeat: "🔁",
  small_red_triangle: "🔺", small_blue_diamond: "🔹", zap: "⚡", ocean: "🌊", bug: "🐛", package: "📦", ship: "🚢",
  busts_in_silhouette: "👥", bust_in_silhouette: "👤", shield: "🛡️", siren: "🚨", construction: "🚧", checkered_flag: "🏁",
};

export const emoji = (name) => known[name] || `:${name}:`;

// withEmoji replaces :names: in a plain text.
export const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (all, name) => known[name] || all);

export const quick = ["pushpin", "memo", "stopwatch", "eyes", "white_check_mark", "+1"];
