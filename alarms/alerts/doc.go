// Package alerts knows what Prometheus's Alertmanager and Grafana send, in all their forms: JSON, the default texts, texts of one's
// own template. An alert is known by its labels, all of them; of a message about many, each is judged by itself, up to [Most].
package alerts
