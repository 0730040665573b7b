package beats

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/secrets"
	"github.com/oncalm/oncalm/watch"
)

// Watch is the section watch: who outside hears each minute that the pager lives.
type Watch struct {
	On     bool           // there is such a section
	URL    secrets.Secret // is asked; empty: none is
	Metric string         // gets a 1; empty: none does
}

// Forms of metrics, as CloudWatch takes them.
var (
	namespaceForm = regexp.MustCompile(`^[A-Za-z0-9._/#-][A-Za-z0-9._/#:-]{0,254}$`)
	metricForm    = regexp.MustCompile(`^[A-Za-z0-9._#:-][A-Za-z0-9 ._#:-]{0,254}$`)
)

// Section reads it.
func (w *Watch) Section(v reading.Value) {
	w.On = true
	v.Mapping(
		reading.Key("url", w.url),
		reading.Key("metric", func(v reading.Value) {
			const wanted = "a namespace and a name, such as Oncalm/Heartbeat"
			s, ok := v.Filled(wanted)
			namespace, name := watch.SplitMetric(s)
			switch {
			case !ok:
			case !namespaceForm.MatchString(namespace) || !metricForm.MatchString(name):
				v.Errorf("write "+wanted, "%s is not the name of a metric", reading.Quote(v.Text()))
			case strings.HasPrefix(namespace+"/", "AWS/"):
				v.Errorf("use a namespace of your own, such as Oncalm/Heartbeat", "AWS/ is for AWS's own metrics")
			default:
				w.Metric = s
			}
		}),
	)
	if !v.Faulty() && w.URL.Empty() && w.Metric == "" {
		v.Warnf("give it url or metric", "nobody outside hears heartbeats: watch has neither url nor metric")
	}
}

// url reads the address that is asked. It is as good as a password, so no problem shows it.
func (w *Watch) url(v reading.Value) {
	s, ok := v.Single("an address, best as ${NAME} or ${file:PATH}")
	if !ok {
		return
	}
	at, err := url.Parse(strings.TrimSpace(s))
	switch {
	case s == "":
		v.Errorf("give it the address that your watchdog shows, or remove it", "%s is empty", v.Key)
	case err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" || at.Fragment != "":
		v.Errorf("give it one such as https://hc-ping.com/UUID", "%s is not an address that can be asked", v.Key)
	case at.User != nil:
		v.Errorf("write it without user and password", "%s has a user in its address", v.Key)
	case at.Scheme == "http" && !places.Loopback(at.Hostname()):
		v.Errorf("write https://", "%s is not an https address", v.Key)
	default:
		w.URL = secrets.New(at.String())
	}
}
