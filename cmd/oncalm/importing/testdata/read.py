"""Reads calendars and prints their occurrences: for each file a list of [begin, end, summary], in seconds of Unix."""
import datetime, json, sys
import icalendar, recurring_ical_events
out = []
for path in sys.argv[3:]:
    cal = icalendar.Calendar.from_ical(open(path, "rb").read())
    at = lambda s: datetime.datetime.fromtimestamp(int(s), datetime.timezone.utc)
    rows = []
    for e in recurring_ical_events.of(cal).between(at(sys.argv[1]), at(sys.argv[2])):
        if str(e.get("STATUS", "")).upper() == "CANCELLED":
            continue
        rows.append([int(e["DTSTART"].dt.timestamp()), int(e["DTEND"].dt.timestamp()), str(e["SUMMARY"])])
    out.append(rows)
json.dump(out, sys.stdout)
