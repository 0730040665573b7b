# The verbs of this repository. `make test` is all that CI runs; `make quick` is for while you write.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

FUZZTIME ?= 30s
BENCH    ?= .
BENCHPKG ?= ./cmd/oncalm

.PHONY: help
help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## the whole product in a browser, with no account and no network
	go run ./cmd/oncalm demo

.PHONY: build
build: ## one static binary: dist/oncalm
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o dist/oncalm ./cmd/oncalm

.PHONY: test
test: ## everything that CI runs, from a bare machine
	@scripts/test

.PHONY: quick
quick: ## vet and the short tests, for while you write
	go vet ./...
	go test -short ./...

.PHONY: lint
lint: ## golangci-lint, and shellcheck for the scripts
	@scripts/setup lint shellcheck
	scripts/lint

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (default 30s)
	@scripts/fuzz $(FUZZTIME)

.PHONY: pictures
pictures: ## take the pictures of docs/pictures anew, in a browser
	@scripts/setup chromium fonts
	mkdir -p docs/pictures
	ONCALM_PICTURE=1 go test -count=1 -run 'TestIncidentInBrowser|TestStormInBrowser|TestPhoneInBrowser' ./cmd/oncalm

.PHONY: bench
bench: ## measure the program on this machine (BENCHPKG=./... for every package); see docs/performance.md
	go test -run '^$$' -bench '$(BENCH)' -timeout 60m $(BENCHPKG)
