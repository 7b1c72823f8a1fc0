# What people and CI run. `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# How much every fuzz test tries: a number of inputs (5000x) or a time (10m).
# Inputs take the same few seconds on every machine.
FUZZ ?= 5000x

# Every file but those of git, npm and go build, each with its sum.
sums = find . \( -name .git -o -name node_modules -o -path ./accountgraph \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum

.PHONY: help
help: ## List the targets
	@sed -nE 's/^([a-z0-9]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: demo
demo: needs-go ## Run the server with simulated vendors
	go run . demo

# What the program says of its build. Variables can be given, as release pipelines do.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo '(devel)')
COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
DATE ?= $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)
buildinfo = github.com/accountgraph/accountgraph/internal/buildinfo
# The CPU profile of the queries of `make bench` for which compilers optimize the program.
profile = internal/bench/release.pgo
stamp = -X '$(buildinfo).version=$(VERSION)' -X '$(buildinfo).commit=$(COMMIT)' -X '$(buildinfo).date=$(DATE)'

.PHONY: build
build: needs-go ## Build the program ./accountgraph, with its version, commit and date
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -pgo=$(profile) -ldflags="-s -w $(stamp)" -o accountgraph .

.PHONY: test
test: needs-go needs-redis ## Run all tests; what a newcomer needs
	go test ./...

.PHONY: check
check: needs-go needs-redis needs-node needs-chromium needs-promtool ## Run what CI runs
	@.ci/check

.PHONY: generate
generate: needs-go ## Write all generated files
	go run ./internal/generate
	go generate ./...

.PHONY: generated
generated: needs-go ## Fail where generating changes a file
	@before=$$(mktemp); after=$$(mktemp); trap 'rm -f "$$before" "$$after"' EXIT; \
	$(sums) >"$$before"; \
	$(MAKE) --no-print-directory generate; \
	$(sums) >"$$after"; \
	diff "$$before" "$$after" || { echo 'generated files are stale: commit what `make generate` writes' >&2; exit 1; }

.PHONY: format
format: needs-go ## Fail where gofmt would change a file
	@files=$$(find . \( -name .git -o -name node_modules \) -prune -o -name '*.go' -print0 | xargs -0 gofmt -l); \
	test -z "$$files" || { printf 'gofmt -w is needed for:\n%s\n' "$$files" >&2; exit 1; }

.PHONY: tidy
tidy: needs-go ## Fail where go mod tidy would change a file
	go mod tidy -diff

.PHONY: rules
rules: needs-promtool needs-node ## Check the alert rules, run their tests, and parse the queries of the dashboard
	promtool check rules deploy/prometheus/rules.yml
	promtool test rules deploy/prometheus/rules_test.yml
	@queries=$$(mktemp); trap 'rm -f "$$queries"' EXIT; \
	node deploy/grafana/queries.mjs >"$$queries"; \
	promtool check rules "$$queries"

.PHONY: vet
vet: needs-go ## Run go vet
	go vet ./...

.PHONY: lint
lint: needs-go ## Run staticcheck, as pinned in go.mod
	@# Not for the executors: the generator writes them.
	go tool staticcheck $$(go list ./... | grep -v '/generated$$')

# Packages that start no goroutines, and those that test others: the benchmark, the comparison
# with the vendors' data, the simulators. The target test runs them.
sequential = access|archtest|bench(/.*)?|complexity|config|differential|generate(/.*)?|graphiql|landing|mutants|pagecache/envelope|persisted|sdl|staticpage|vendors

.PHONY: race
race: needs-go needs-redis ## Run the tests of concurrent packages with the race detector, with fewer iterations
	@# The target vet runs go vet.
	go test -race -short -vet=off $$(go list ./... | grep -vE '/internal/($(sequential))$$|/(graph|jsonscan|providertest|[a-z]+fake)(/|$$)')

# How long each phase of a soak test lasts.
PHASE ?= 20s

.PHONY: soak
soak: needs-go needs-redis ## Measure the server under overload, with greedy callers, slow clients and failing vendors, each phase for PHASE; needs an idle machine
	go test -vet=off -count=1 -v -timeout 2h ./internal/simulation -args -seeds=10000
	go test -vet=off -tags soak -count=1 -v -timeout 2h ./internal/pagecache -run '^TestSoak'
	go test -vet=off -tags soak -count=1 -v -timeout 2h ./e2e/process -run '^TestSoak' -args -phase=$(PHASE)

# How long the endurance test lasts.
LENGTH ?= 30m

.PHONY: endurance
endurance: needs-go needs-redis ## Run the server for LENGTH under load with failing vendors and a crashing Redis, and compare memory, goroutines and descriptors; needs an idle machine
	go test -vet=off -tags soak -count=1 -v -timeout 3h ./e2e/process -run '^TestSoak_Endurance$$' -args -length=$(LENGTH)

.PHONY: mutants
mutants: needs-go needs-redis ## Switch each control off and check that its test fails; CONTROLS=PATTERN runs some
	go run ./internal/mutants -only '$(CONTROLS)'

.PHONY: fuzz
fuzz: needs-go ## Run every fuzz test, each for FUZZ
	@.ci/fuzz $(FUZZ)

.PHONY: e2e
e2e: needs-go needs-node needs-chromium node_modules ## Run real composers, gateways and a browser against the program
	go build -o accountgraph .
	@cd e2e/gateway; npm test --silent

# The npm packages of the end-to-end tests, which also check the builds of pages.
.PHONY: node_modules
node_modules: needs-node e2e/gateway/node_modules/.package-lock.json internal/access/web/node_modules/.package-lock.json internal/landing/web/node_modules/.package-lock.json

%/node_modules/.package-lock.json: %/package-lock.json
	cd $*; npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

.PHONY: bench
bench: needs-go ## Measure against plain gqlgen; BENCH=-first, -growth, -timers, -h
	go run ./internal/bench $(BENCH)

.PHONY: pgo
pgo: needs-go needs-redis ## Record the profile that `make build` and `make release` use; needs an idle machine
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	go run ./internal/bench -rounds 1 -cell 4s -profiles "$$folder"; \
	go tool pprof -proto -output=$(profile) "$$folder"/accountgraph-cold-*-shared-*-32.cpu "$$folder"/accountgraph-warm-executed-again-*-32.cpu

.PHONY: graphiql
graphiql: ## Build GraphiQL's page; needs Node and npm
	internal/graphiql/build.sh

.PHONY: access
access: ## Build the page "Who has access"; needs Node and npm
	internal/access/build.sh

.PHONY: landing
landing: ## Build the landing page and the picture of the graph; needs Node and npm
	internal/landing/build.sh

.PHONY: deploycheck
deploycheck: needs-go ## Check the chart, the compose file and the unit of deploy/; compiles for minutes, and needs systemd-analyze
	cd e2e/deploy; go vet ./...; go test -count=1 ./...

# What `make release` builds: platforms of Go, and the folder for the files.
PLATFORMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
DIST ?= dist

.PHONY: release
release: needs-go ## Build stripped, reproducible binaries for PLATFORMS in DIST, with checksums and an SBOM
	@VERSION='$(VERSION)' COMMIT='$(COMMIT)' DATE='$(DATE)' PROFILE='$(profile)' .ci/release '$(DIST)' $(PLATFORMS)

.PHONY: needs-go
needs-go:
	@command -v go >/dev/null || { echo 'Go is missing: https://go.dev/doc/install; the version is in go.mod' >&2; exit 1; }

# Tests run a redis-server of their own, on a free port; the one that the package
# may start as a service is not used.
.PHONY: needs-redis
needs-redis:
	@command -v redis-server >/dev/null && exit; \
	command -v apt-get >/dev/null || { echo 'redis-server is missing, which tests run: https://redis.io/docs/latest/operate/oss_and_stack/install/' >&2; exit 1; }; \
	root=; [ "$$(id -u)" -eq 0 ] || root=sudo; \
	echo "redis-server is missing, which tests run; installing it: $$root apt-get install redis-server"; \
	$$root apt-get update -qq; \
	$$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server

.PHONY: needs-node
needs-node:
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' && command -v npm >/dev/null \
	|| { echo 'Node 20 or later and npm are missing, which end-to-end tests run: https://nodejs.org/en/download' >&2; exit 1; }

.PHONY: needs-promtool
needs-promtool:
	@command -v promtool >/dev/null \
	|| { echo 'promtool is missing, which checks the alert rules: it comes with Prometheus, apt-get install prometheus' >&2; exit 1; }

.PHONY: needs-chromium
needs-chromium:
	@command -v "$${CHROMIUM:-chromium}" >/dev/null \
	|| { echo 'chromium is missing, which end-to-end tests run: apt-get install chromium, or name another in CHROMIUM' >&2; exit 1; }
