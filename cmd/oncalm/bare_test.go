package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
)

// bare is the least that can be called an on-call bot: it verifies a message, commits one
// record with an fsync that is shared, answers, and posts once. No incident, no timeline,
// no deadline, no second attempt: what it reaches is what the machine allows, and the
// distance to it is what all the rest costs.
type bare struct {
	verifier *sns.Verifier
	slack    string
	client   http.Client
	last     atomic.Int64
	saves    chan save
	posts    chan int64
}

type save struct {
	n    int64
	body []byte
	done chan error
}

// bareMain serves until it is told to stop, in place of serve.
func bareMain() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &cli.Session{Env: os.LookupEnv, Now: time.Now(), Stdout: os.Stdout, Stderr: os.Stderr}
	cfg, err := s.Load(os.Args[len(os.Args)-1])
	if err != nil {
		return s.Fail(err)
	}
	db, err := bbolt.Open(cfg.Store, 0o600, nil)
	if err != nil {
		return s.Fail(err)
	}
	b, err := newBare(cfg)
	if err != nil {
		return s.Fail(err)
	}
	go b.commit(db)
	for range 16 {
		go b.post()
	}
	server := http.Server{Addr: cfg.Listen, Handler: b, ReadHeaderTimeout: time.Second}
	go func() { <-ctx.Done(); _ = server.Close() }()
	_ = server.ListenAndServe()
	return s.Fail(db.Close())
}

func newBare(cfg *config.Config) (*bare, error) {
	topics, err := sns.ParseTopics(cfg.SNS.Topics)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(cfg.SNS.Certificate)
	if err != nil {
		return nil, err
	}
	certs, err := sns.FileCertificate(text)
	return &bare{
		verifier: &sns.Verifier{Topics: topics, Certificates: certs}, slack: cfg.Slack.APIURL,
		saves: make(chan save, 1024), posts: make(chan int64, 1<<20),
		client: http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	}, err
}

func (b *bare) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/sns" {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		var e *sns.Envelope
		if e, err = sns.Decode(body); err == nil {
			_, err = b.verifier.Verify(r.Context(), time.Now(), e)
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	s := save{b.last.Add(1), body, make(chan error, 1)}
	b.saves <- s
	if err := <-s.done; err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	b.posts <- s.n
}

// commit writes all that has come, then all that came meanwhile.
func (b *bare) commit(db *bbolt.DB) {
	for first := range b.saves {
		batch := []save{first}
		for len(b.saves) > 0 {
			batch = append(batch, <-b.saves)
		}
		err := db.Update(func(tx *bbolt.Tx) error {
			into, err := tx.CreateBucketIfNotExists([]byte("alarms"))
			for _, s := range batch {
				if err == nil {
					err = into.Put(fmt.Appendf(nil, "%08d", s.n), s.body)
				}
			}
			return err
		})
		for _, s := range batch {
			s.done <- err
		}
	}
}

func (b *bare) post() {
	for n := range b.posts {
		text := `{"channel":"U0ANA","text":"alarm","metadata":{"event_type":"oncalm_page","event_payload":{"key":"` + strconv.FormatInt(n, 10) + `/page/0.0/ana"}}}`
		resp, err := b.client.Post(b.slack+"chat.postMessage", "application/json", bytes.NewReader([]byte(text)))
		if err != nil {
			continue
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
}
