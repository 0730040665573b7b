// Times, as the acting person reads them: in their own zone.

let zone = "UTC"; // "" is the browser's own
const made = new Map();

export function setZone(z) { zone = z; }

function format(options) {
  const key = zone + JSON.stringify(options);
  if (!made.has(key)) {
    try {
      made.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone || undefined, ...options }));
    } catch {
      made.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }));
    }
  }
  return made.get(key);
}

export const millis = (ts) => Math.floor(Number(ts) * 1000);
export const clock = (ms) => format({ hour: "2-digit", minute: "2-digit" }).format(ms);
export const full = (ms) => format({ weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" }).format(ms);
export const dayKey = (ms) => format({ year: "numeric", month: "2-digit", day: "2-digit" }).format(ms);

export function dayName(ms) {
  return near(ms) || format({ weekday: "long", day: "numeric", month: "long" }).format(ms);
}

function near(ms) {
  const now = Date.now();
  const days = { [dayKey(now)]: "Today", [dayKey(now - 864e5)]: "Yesterday", [dayKey(now + 864e5)]: "Tomorrow" };
  return days[dayKey(ms)] || "";
}

const pretty = (options) => (ms) => near(ms).toLowerCase() || format(options).format(ms);
const short = { day: "numeric", month: "short", year: "numeric" };
const long = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const plain = { day: "numeric", month: "long", year: "numeric" };

const tokens = {
  date_num: (ms) => { const [d, m, y] = dayKey(ms).split("/"); return `${y}-${m}-${d}`; },
  date: (ms) => format(plain).format(ms),
  date_short: (ms) => format(short).format(ms),
  date_long: (ms) => format(long).format(ms),
  date_long_full: (ms) => format(long).format(ms),
  date_pretty: pretty(plain),
  date_short_pretty: pretty(short),
  date_long_pretty: pretty(long),
  day_divider_pretty: pretty(long),
  time: clock,
  time_secs: (ms) => format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms),
  ago: (ms) => ago(Date.now() - ms),
};

function ago(ms) {
  const minutes = Math.round(ms / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} days ago`;
}

// dateText fills a format like "{date_short_pretty} {time}".
export function dateText(seconds, pattern) {
  const text = pattern.replace(/\{(\w+)\}/g, (all, name) => (tokens[name] ? tokens[name](seconds * 1000) : all));
  return text.charAt(0).toUpperCase() + text.slice(1);
}
