"""Reads calendars and prints their occurrences: for each file a list of [begin, end, summary, uid, by rule], in seconds of Unix."""
import copy, datetime, json, sys
import icalendar, recurring_ical_events


def newest(cal):
    """Keeps of each entry, or of each occurrence that is told apart, the versions with the highest number."""
    def version(e):
        of = e.get("RECURRENCE-ID")
        return str(e.get("UID")), of.dt.timestamp() if of else None
    number = lambda e: int(e.get("SEQUENCE", 0))
    best = {}
    for e in cal.walk("VEVENT"):
        best[version(e)] = max(best.get(version(e), 0), number(e))
    cal.subcomponents = [c for c in cal.subcomponents if c.name != "VEVENT" or number(c) == best[version(c)]]
    return cal


def ruled(cal):
    """Makes an entry of each rule of an entry."""
    for e in cal.walk("VEVENT"):
        rules = e.get("RRULE")
        if isinstance(rules, list):
            for rule in rules[1:]:
                cal.add_component(copy.deepcopy(e))
                cal.subcomponents[-1]["RRULE"] = rule
            e["RRULE"] = rules[0]
    return cal


out = []
for path in sys.argv[3:]:
    cal = ruled(newest(icalendar.Calendar.from_ical(open(path, "rb").read())))
    at = lambda s: datetime.datetime.fromtimestamp(int(s), datetime.timezone.utc)
    begin = lambda e: (str(e["UID"]), int(e["DTSTART"].dt.timestamp()))
    written = {begin(e) for e in cal.walk("VEVENT") if "RRULE" not in e}
    rows = set()
    for e in recurring_ical_events.of(cal).between(at(sys.argv[1]), at(sys.argv[2])):
        if str(e.get("STATUS", "")).upper() == "CANCELLED":
            continue
        rows.add((int(e["DTSTART"].dt.timestamp()), int(e["DTEND"].dt.timestamp()), str(e["SUMMARY"]), str(e["UID"]), begin(e) not in written))
    out.append(sorted(rows))
json.dump(out, sys.stdout)
