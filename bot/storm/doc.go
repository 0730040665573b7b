// Package storm keeps one card for many incidents that open in a short time, instead of one for each.
//
// # The model
//
// Slack takes about one message a second in a channel, and a person reads fewer. So when more than a handful of cards wait to be
// posted, a storm begins: what opens from then on joins it ([Storms.Own]), and so does what still waits ([Storms.Takes]). The channel
// gets one card of the storm, edited in place, which counts the incidents by severity and service, worst first. It has a button
// that lists them, and each of them one that opens it.
//
// An incident of a storm gets a card of its own when somebody acknowledges or opens it, and a sev1 always has one: it is only
// counted. Whoever acknowledges many at once gets a card for the first, since the others would be the storm again.
//
// A storm lasts two minutes at least, and is over when only a handful have opened in the last two. Its card says so, and goes on
// counting what is still open. Once all is resolved and an hour has passed, the storm is forgotten; its card stays as it is.
//
// Which incident belongs to which storm is written with the incident, and its card is an outbox entry: after a crash the same card
// is found and edited. Only how many cards wait is known in memory, and found out again by those who wait.
//
//	storm/now         the number of the newest storm
//	storm/card/<n>    where the card of a storm is, since when it lasts, whether it is over
//	storm/in/<id>     the storm that an incident belongs to, if it does not follow from its number; 0 if it belongs to none
package storm
