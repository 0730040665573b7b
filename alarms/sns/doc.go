// Package sns is the way in from SNS: it lets through what SNS signed for one of our topics not long ago, and nothing else. It knows what a
// message of SNS is, and not what stands in one.
//
// A message goes one way. [Decode] makes an [Envelope] of the bytes, and [Verifier.Verify] a [Verified] of that: the topic is on the list
// ([Topics]), the signature fits the canonical text and the certificate of SNS in the topic's region, and the time fits our clock. What costs
// nothing comes first, so that strangers cost little. A [Door] hands what is verified to a [Taker], and answers when that has committed what
// follows from it. Every refusal is a [Problem] with a [Code]: 4xx for what can never become good, 503 for trouble of our own, after which
// SNS sends the message again.
//
// # Certificates
//
// [AWSCertificates] follows only the exact addresses that belong to the topic's region. Whoever knows the name of a topic can name ever new
// ones, so those that were never seen are asked by ration, and what AWS says of them is kept: in memory, and in the store over a restart
// ([StoredCertificates]). [FileCertificate] trusts one certificate, for emulators and tests; a [SigningTopic] is a topic that signs with it.
//
// # Subscriptions
//
// That SNS asks us to confirm a subscription is a message, too. Its taker calls [EnqueueConfirmation] in the transaction in which it takes the
// message, and [Confirmations] ask SNS by its API. The address in the message is never visited.
//
// # In the store
//
//	cert/<url>                                   a signing certificate of SNS, as PEM, and when it was fetched
//	outbox/entry/sns.confirm/<topic>/<message>   a subscription to confirm (see package outbox)
package sns
