// Prints the entries of the calendar on standard input as a list of {uid, from, to, summary, description}, in order.
// Arguments: begin and end of the span, as YYYYMMDD.
'use strict';
const IcalExpander = require('ical-expander');

const day = (text) => new Date(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00Z`);
const second = (time) => time.toJSDate().toISOString().replace('.000', '');
const calendar = new IcalExpander({ ics: require('fs').readFileSync(0, 'utf8'), maxIterations: 0 });
const { events, occurrences } = calendar.between(day(process.argv[2]), day(process.argv[3]));
if (occurrences.length > 0) throw new Error('an entry recurs');
const entries = events.map((e) => ({
  uid: e.uid, from: second(e.startDate), to: second(e.endDate), summary: e.summary, description: e.description,
}));
entries.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.uid < b.uid ? -1 : 1));
process.stdout.write(JSON.stringify(entries));
