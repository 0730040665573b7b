package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/reaching"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/terminal"
	"github.com/oncalm/oncalm/watch"
)

type serveCommand struct{ cli.ConfigFlag }

// grace is how long a stop may take: the doors close, the entries in hand are
// finished, the store is closed. It leaves a second of the ten that are promised.
const grace = 9 * time.Second

// garbage is how much the heap may grow between collections, in percent of what is in
// use. So little is that collecting less often costs only some megabytes.
const garbage = 600

// heapLimit is where collections become more frequent than that, in bytes: what strangers send is garbage at once, and must not
// be kept seven times. More is used if more is needed.
const heapLimit = 100 << 20

// tune sets what Go's runtime does, until restore is called. GOGC, GOMEMLIMIT and GOMAXPROCS in the environment override
// it. The limits of memory stay.
func tune(s *cli.Session) (restore func()) {
	if first(s, "GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	if first(s, "GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heapLimit)
	}
	if first(s, "GOMAXPROCS") != "" {
		return func() {}
	}
	// One thread more than there are processors: the store's, which waits for the disk most of the time, goes on as soon as
	// the disk has answered, instead of after all who were at work meanwhile.
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	return runtime.SetDefaultGOMAXPROCS
}

// Run runs the bot until it is told to stop.
func (c *serveCommand) Run(ctx context.Context, s *cli.Session) error {
	hangups := make(chan os.Signal, 1) // of one slot: "read the configuration again"
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	cfg, err := s.Load(c.Config)
	if err != nil {
		return err
	}
	defer tune(s)()
	log := slog.New(slog.NewJSONHandler(s.Stderr, nil))
	for _, w := range s.Warnings {
		log.Warn("configuration", "problem", w.String())
	}
	db, err := cli.OpenStore(ctx, cfg.Store, bolt.Options{Damaged: func(what string) {
		log.Error("the store is damaged: stop Oncalm, and run oncalm fsck -repair", "store", cfg.Store, "what", what)
	}})
	if err != nil {
		return err
	}
	ops.KeepReserve(db, log)
	h, err := openHouse(cfg, db, db, log, outside{
		reserve: db, clock: clocks.System(), endpoint: first(s, "AWS_ENDPOINT_URL_SNS", "AWS_ENDPOINT_URL"),
		configuration: func(now time.Time) (*config.Config, reading.Problems) { return config.Load(c.Config, s.Env, now) },
	})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	log.Info("listening", "public", h.addr(0), "private", h.addr(1), "store", cfg.Store)
	debug.FreeOSMemory() // what the start has used is not needed again
	deaf := beside(ctx, func(ctx context.Context) { h.app.reloadAt(ctx, hangups) })
	err = h.live(ctx, db.Failed())
	deaf()
	log.Info("stopped")
	return errors.Join(err, db.Close())
}

// first is the first of the environment variables that is set.
func first(s *cli.Session, names ...string) string {
	for _, name := range names {
		if value, _ := s.Env(name); value != "" {
			return value
		}
	}
	return ""
}

// house is the app with its doors to the network.
type house struct {
	app       *app
	db        *bolt.DB
	log       *slog.Logger
	evictions *ops.Evictions
	servers   []*http.Server
	doors     []net.Listener // public, private, local: one for each server
}

// openHouse wires the app and opens its doors. db is the file below s.
func openHouse(cfg *config.Config, db *bolt.DB, s store.Store, log *slog.Logger, o outside) (*house, error) {
	places := ops.PlacesFor(log)
	o.connections = places.Outgoing
	a, err := newApp(cfg, s, log, o)
	if err != nil {
		return nil, cli.End(cli.ExitUsage, err.Error(), "correct the configuration")
	}
	ops.NewGauges(a.reg, s, a.runner.Look, func() int64 { return db.Stats().Bytes }, log)
	ops.WatchOver(db, a.health, a.reg)
	h := &house{app: a, db: db, log: log, evictions: ops.NewEvictions(a.reg, log)}
	for _, open := range []func() error{
		func() error { return h.open("public", cfg.Listen, places.Public, doors.Frame(a.public(), log)) },
		func() error { return h.open("private", cfg.WebListen, places.Private, doors.Frame(a.private(), log)) },
		func() error {
			// after an error l is nil, and serve does nothing
			l, err := ops.ListenLocal(db.Path())
			admin := watch.Door(ops.Admin(s, db.Backup, log), func(ctx context.Context) (watch.Report, error) {
				return watch.Read(ctx, s, a.now().cfg.Heartbeats)
			})
			admin = reaching.Door(terminal.Door(admin, a.atTerminal, log), a.unproven)
			if o.configuration != nil {
				admin = ops.Reloading(admin, a.reload, log)
			}
			h.serve(l, admin)
			return err
		},
	} {
		if err := open(); err != nil {
			return nil, errors.Join(err, h.close())
		}
	}
	return h, nil
}

func (h *house) open(name, addr string, places int, handler http.Handler) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return cli.End(cli.ExitUsage, fmt.Sprintf("cannot listen on %s: %v", addr, err),
			"choose a free address, or stop what uses it")
	}
	limited := doors.NewLimitedListener(l, places, h.evictions.Closed(name))
	h.serve(limited, handler)
	limited.Guard(h.servers[len(h.servers)-1])
	return nil
}

func (h *house) serve(l net.Listener, handler http.Handler) {
	if l != nil {
		h.doors = append(h.doors, l)
		h.servers = append(h.servers, doors.NewServer(handler, h.log))
	}
}

func (h *house) addr(n int) string { return h.doors[n].Addr().String() }

func (h *house) close() error {
	var errs []error
	for _, l := range h.doors {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// live serves until ctx ends or the store fails. Then it closes the doors, lets what
// came in be answered, and finishes the outbox entries in hand.
func (h *house) live(ctx context.Context, failed <-chan struct{}) error {
	work, rest := context.WithCancel(context.WithoutCancel(ctx))
	defer rest()
	var inside sync.WaitGroup
	broken := make(chan error, len(h.servers)+1)
	h.app.now().planSilences(work) // before the first alarm comes, which it may silence
	h.app.now().plan(work)
	h.app.now().beginWatch(work)
	h.app.now().planHeartbeats(work)
	for n, server := range h.servers {
		inside.Go(func() {
			if err := server.Serve(h.doors[n]); !errors.Is(err, http.ErrServerClosed) {
				broken <- err
			}
		})
	}
	inside.Go(func() {
		if err := h.app.run(work); err != nil {
			broken <- err
		}
	})
	inside.Go(func() { h.db.Watch(work) })
	inside.Go(func() { ops.Scrub(work, h.db, h.log) })
	var err error
	select {
	case <-ctx.Done():
	case err = <-broken:
	case <-failed:
		err = h.db.Broken()
	}
	rest() // what is due from now on is for the next start
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if errors.Is(err, store.ErrUnknownOutcome) {
		inside.Go(func() { h.lost(end, err) })
	}
	if !h.leave(end, &inside) {
		h.log.Warn("some work did not finish in time; it will be done after the next start")
	}
	return err
}

// leave closes the doors and waits for all work, but not beyond end. It reports whether all of it ended: who is still
// inside may use up the whole time, and what ended meanwhile has ended nonetheless.
func (h *house) leave(end context.Context, work *sync.WaitGroup) bool {
	done := make(chan struct{})
	go func() { work.Wait(); close(done) }()
	h.shut(end)
	select {
	case <-done:
		return true
	default:
	}
	select {
	case <-done:
		return true
	case <-end.Done():
		return false
	}
}

// shut closes the doors behind those who are inside.
func (h *house) shut(end context.Context) {
	var all sync.WaitGroup
	for _, server := range h.servers {
		all.Go(func() {
			if server.Shutdown(end) != nil {
				_ = server.Close() // they had their time
			}
		})
	}
	all.Wait()
}
