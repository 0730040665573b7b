package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// TestSignals: both signals by which operators end a program end this one well.
func TestSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			r := newRig(t, newSlack(t).APIURL())
			r.start()
			body := r.alarm("alarm-00001", incidents.AlarmFiring, time.Now())
			if status := r.post(body); status != http.StatusOK {
				t.Fatal(status)
			}
			if err := r.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if code := r.wait(); code != cli.ExitFine || !strings.Contains(r.logs.String(), `"msg":"stopped"`) {
				t.Errorf("exit %d:\n%s", code, r.logs)
			}
			holdsAccepted(t, r.path("oncalm.db"), map[string]string{messageID(t, body): "alarm-00001"})
		})
	}
}

// halfSent is a request whose second half has not been sent.
type halfSent struct {
	net.Conn
	rest []byte
}

func (r *rig) half(body []byte) halfSent {
	r.t.Helper()
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	whole := request(body)
	if _, err := c.Write(whole[:len(whole)/2]); err != nil {
		r.t.Fatal(err)
	}
	return halfSent{c, whole[len(whole)/2:]}
}

// finish sends the second half and returns the status of the answer.
func (h halfSent) finish() (status int, err error) {
	defer h.Close()
	if _, err := h.Write(h.rest); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(h), nil)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// TestLeaveLate: a request that never comes to its end uses up the time that is left. What ended meanwhile has ended in time.
func TestLeaveLate(t *testing.T) {
	inside := make(chan struct{})
	server := &http.Server{ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(inside)
			_, _ = io.Copy(io.Discard, r.Body)
		})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{servers: []*http.Server{server}, doors: []net.Listener{l}}
	var work sync.WaitGroup
	work.Go(func() { _ = server.Serve(l) })
	c, err := net.Dial("tcp", h.addr(0))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "POST /sns HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	<-inside
	end, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if !h.leave(end, &work) {
		t.Error("all work had ended, and is said to go on")
	}
}

// TestStopUnderLoad stops the program while alarms pour in and Slack is slow. It ends in
// time and well, answers whom it had begun to listen to, and loses nothing.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel() // it waits more than it computes
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	r.start()
	s := newStorm()
	load := time.Second
	if testing.Short() {
		load = 200 * time.Millisecond
	}
	stopped := make(chan time.Time, 1)
	code := make(chan int, 1)
	accepted := map[string]string{}
	inside := map[string]halfSent{}
	for n := range 8 {
		name := fmt.Sprintf("alarm-9%04d", n)
		body := r.alarm(name, incidents.AlarmFiring, time.Now())
		inside[name], accepted[messageID(t, body)] = r.half(body), name
	}
	time.AfterFunc(load, func() {
		stopped <- time.Now()
		_ = r.cmd.Process.Signal(syscall.SIGTERM)
		time.Sleep(200 * time.Millisecond)
		for name, h := range inside {
			if status, err := h.finish(); status != http.StatusOK {
				t.Errorf("%s was on its way in when the program was stopped: %d, %v", name, status, err)
			}
		}
		code <- r.wait()
	})
	s.blow(r, 8, 5*time.Second)
	if code := <-code; code != cli.ExitFine {
		t.Errorf("exit %d:\n%s", code, r.logs)
	}
	took := time.Since(<-stopped)
	if took > grace {
		t.Errorf("it took %s to stop", took)
	}
	t.Logf("%d alarms accepted; stopped after %s", len(s.acked), took.Round(time.Millisecond))
	r.start()
	s.settle(r)
	for name := range s.names() {
		accepted[name] = name
	}
	r.allPaged(slack, accepted, 1)
	if code := r.stop(); code != cli.ExitFine {
		t.Errorf("exit %d:\n%s", code, r.logs)
	}
}

// digest names all that a store holds, but for the record that readiness is tried with.
func digest(t *testing.T, path string) (sum string, n int) {
	t.Helper()
	db, err := cli.OpenStore(context.Background(), path, bolt.Options{MustExist: true, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, problem := range wrongIn(db) {
		t.Error(problem)
	}
	hash := sha256.New()
	err = db.View(context.Background(), func(tx store.Tx) error {
		for key, val := range tx.Range("", "") {
			if strings.HasPrefix(key, "probe/") || strings.Contains(key, "/captures/") { // what is read anew at each start
				continue
			}
			n++
			_, _ = fmt.Fprintf(hash, "%d %s %d %s\n", len(key), key, len(val), val)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)), n
}

// rest lets the program run until nothing is left to do soon, and stops it.
func (r *rig) rest() {
	r.t.Helper()
	r.start()
	server, err := cli.OpenRecords(r.t.Context(), r.path("oncalm.db"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer server.Close()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var copied bytes.Buffer
		if err := server.Backup(r.t.Context(), &copied); err != nil {
			r.t.Fatal(err)
		}
		r.write("copied.db", copied.Bytes())
		if soon := dueSoon(r.t, r.path("copied.db")); soon == "" {
			break
		} else if time.Now().After(end) {
			r.t.Fatalf("%s is still to be done:\n%s", soon, r.logs)
		}
	}
	if code := r.stop(); code != cli.ExitFine {
		r.t.Errorf("exit %d:\n%s", code, r.logs)
	}
}

// dueSoon names something in the outbox that is due soon; "" if nothing is.
func dueSoon(t testing.TB, path string) (soon string) {
	t.Helper()
	db, err := cli.OpenStore(context.Background(), path, bolt.Options{MustExist: true, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(context.Background(), func(tx store.Tx) error {
		for key := range tx.Range("outbox/due/", store.After("outbox/due/")) {
			due, err := time.Parse("20060102T150405", strings.SplitN(key, "/", 5)[3])
			if err != nil {
				return err
			}
			// The sweep comes daily, and a storm looks each minute whether it is over.
			regular := strings.Contains(key, "/"+ops.KindSweep+"/") || strings.Contains(key, "/storm/")
			if !regular && time.Until(due) < 10*time.Minute {
				soon = key
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return soon
}

// TestStartAndKill starts the program and kills it, 20 times, at different moments. The
// store is then as it is after one start that ended well.
func TestStartAndKill(t *testing.T) {
	t.Parallel() // it waits more than it computes
	if testing.Short() {
		t.Skip("a short run: it takes seconds until the program has nothing left to do")
	}
	const rounds = 20
	s := newScript(t, newMail(t))
	if !s.firstLife() {
		t.Fatalf("%q was not confirmed:\n%s", s.waitsFor(), s.logs)
	}
	s.rest()
	want, n := digest(t, s.path("oncalm.db"))
	for range rounds {
		cmd := s.command("serve", "-config", s.path("oncalm.yaml"))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(120)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	s.start()
	if code := s.stop(); code != cli.ExitFine {
		t.Errorf("exit %d:\n%s", code, s.logs)
	}
	if got, m := digest(t, s.path("oncalm.db")); got != want {
		t.Errorf("after %d kills the store has %d records and another digest; it had %d", rounds, m, n)
	}
	for key, times := range keysOf(s.slack) {
		if times != 1 {
			t.Errorf("%s came %d times", key, times)
		}
	}
}
