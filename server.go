// Command accountgraph serves the users and accounts that a company has in
// several vendors' platforms as one GraphQL graph.
//
// This package lists the vendors and puts the parts together; it decides nothing
// else.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/sdl"
	"github.com/accountgraph/accountgraph/internal/telemetry"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
)

//go:embed schema.graphqls
var schema string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// program is what commands share.
type program struct {
	env            config.LookupEnv
	stdout, stderr io.Writer
	log            *slog.Logger
	// simulated is whether what is served is nobody's.
	simulated bool
}

type commands struct {
	Serve   serveCommand   `cmd:"" default:"withargs" help:"Serve the graph (default)."`
	Demo    demoCommand    `cmd:"" help:"Serve the graph of four simulated vendors; needs no configuration."`
	Vendors vendorsCommand `cmd:"" help:"Run the four simulated vendors alone."`
	Schema  schemaCommand  `cmd:"" help:"Print the SDL, for composition."`
	Check   checkCommand   `cmd:"" help:"Check the configuration and call every provider once."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// run is the whole program: it returns its exit code.
func run(ctx context.Context, args []string, env config.LookupEnv, stdout, stderr io.Writer) int {
	exited := -1
	parser, err := kong.New(&commands{}, kong.Name("accountgraph"),
		kong.Description("One GraphQL graph over the users and accounts in several vendors' platforms."),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }), plainText,
		kong.Vars{"config": configFile, "port": strconv.Itoa(demo.FirstPort), "federation": federation(sdl.Newest).String()})
	if err != nil {
		fmt.Fprintln(stderr, "accountgraph:", err)
		return exitUsage
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "accountgraph: %s\nSee `accountgraph --help`.\n", err)
		return exitUsage
	}
	p := &program{env: env, stdout: stdout, stderr: stderr, log: telemetry.NewLogger(stderr, slog.LevelInfo)}
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run(p)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, "accountgraph:", err)
	if errors.As(err, new(refusal)) {
		return exitUsage
	}
	return exitFailed
}

// refusal is an error in what the program was given: it did not start.
type refusal struct{ error }

// openAll builds every configured connection, in order. They remember what they
// read in cache, or nothing without one.
func openAll(c *config.Config, cache *pagecache.Cache, observe func(upstream.Call)) (*directory.Directory, []providers.Provider, error) {
	all := make([]providers.Provider, 0, len(c.Providers))
	for _, p := range c.Providers {
		opened, err := vendors.Open(p, upstream.Config{Cache: cache, Observe: observe})
		if err != nil {
			return nil, nil, refusal{err}
		}
		all = append(all, opened)
	}
	return directory.New(all...), all, nil
}

type schemaCommand struct {
	Federation federation `help:"Print it for this version of Apollo Federation." default:"${federation}" placeholder:"VERSION"`
}

// Run prints the SDL.
func (c schemaCommand) Run(p *program) error {
	_, err := io.WriteString(p.stdout, sdl.For(int(c.Federation), schema))
	return err
}

type versionCommand struct{}

// Run prints the version that the build was stamped with.
func (versionCommand) Run(p *program) error {
	_, err := fmt.Fprintln(p.stdout, "accountgraph", version())
	return err
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

type vendorsCommand struct {
	Port firstPort `help:"The first of the four ports; 0 takes free ones." default:"${port}"`
}

// Run serves the simulated vendors until the program is told to stop.
func (c vendorsCommand) Run(ctx context.Context, p *program) error {
	running, err := demo.Start(int(c.Port))
	if err != nil {
		return err
	}
	defer running.Stop()
	fmt.Fprint(p.stdout, "# Simulated vendors are running. As a configuration:\n", running.Config())
	<-ctx.Done()
	return nil
}
