"""Prints the entries of the calendar on standard input as a list of {uid, from, to, summary, description}, in order.

Arguments: begin and end of the span, as YYYYMMDD.
"""

import datetime
import json
import sys

import icalendar
import recurring_ical_events


def day(text):
    return datetime.datetime.strptime(text, "%Y%m%d").replace(tzinfo=datetime.timezone.utc)


def second(time):
    return time.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
events = recurring_ical_events.of(calendar).between(day(sys.argv[1]), day(sys.argv[2]))
entries = [
    {
        "uid": str(event["UID"]),
        "from": second(event["DTSTART"].dt),
        "to": second(event["DTEND"].dt),
        "summary": str(event["SUMMARY"]),
        "description": str(event["DESCRIPTION"]),
    }
    for event in events
]
json.dump(sorted(entries, key=lambda e: (e["from"], e["uid"])), sys.stdout)
