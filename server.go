// Command accountgraph serves the users and accounts that a company has in several
// vendors' platforms as one GraphQL graph.
//
// This package is the command line. It embeds the schema, and hands the executable
// schema to internal/server, which builds everything else.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/accountgraph/accountgraph/internal/buildinfo"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/reports"
	"github.com/accountgraph/accountgraph/internal/sdl"
	"github.com/accountgraph/accountgraph/internal/server"
	"github.com/accountgraph/accountgraph/internal/telemetry"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/resolvers"
)

//go:embed schema.graphqls
var schema string

// configFile is the default of --config.
const configFile = "accountgraph.yaml"

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// usageError is an error of the command line or of the configuration.
type usageError struct{ error }

// Unwrap returns the error itself.
func (e usageError) Unwrap() error { return e.error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	// A second signal kills the process.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr))
}

// program is what the commands share.
type program struct {
	env    config.LookupEnv
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	log    *slog.Logger
	level  *telemetry.Level
	// hangups receives SIGHUP, if the command serves.
	hangups chan os.Signal
}

type commands struct {
	Serve   serveCommand   `cmd:"" default:"withargs" help:"Serve the graph (default)."`
	Demo    demoCommand    `cmd:"" help:"Serve the graph of simulated vendors; needs no configuration."`
	Vendors vendorsCommand `cmd:"" help:"Run the simulated vendors alone."`
	Schema  schemaCommand  `cmd:"" help:"Print the SDL, for composition."`
	Check   checkCommand   `cmd:"" help:"Check the configuration and call every provider once."`
	Version versionCommand `cmd:"" help:"Print version, commit, date and Go version of the build."`

	Export reports.ExportCommand `cmd:"" help:"Write all users, memberships or people to a file."`
	Review reports.ReviewCommand `cmd:"" help:"Find logins of leavers, stale logins, unused licenses, owners and more."`
	Query  reports.QueryCommand  `cmd:"" help:"Run a GraphQL document and print its response or its rows."`
	Diff   reports.DiffCommand   `cmd:"" help:"Compare two exports: who joined, left or changed."`

	Manifest reports.ManifestCommand `cmd:"" help:"Print the documents of export and review, for a server that accepts trusted documents only."`

	PrintVersion kong.VersionFlag `name:"version" help:"Print the same as the command version."`
}

// run runs the command that args name, and returns the exit code.
func run(ctx context.Context, args []string, env config.LookupEnv, stdin io.Reader, stdout, stderr io.Writer) int {
	// A SIGHUP ends no server, however early it comes.
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	exited := -1
	parser, err := kong.New(&commands{}, kong.Name("accountgraph"),
		kong.Description("One GraphQL graph over the users and accounts in several vendors' platforms."),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }), stringFlag,
		kong.Vars{"config": configFile, "port": strconv.Itoa(demo.FirstPort), "federation": sdl.Version(sdl.Newest).String(), "kinds": reports.Kinds(), "reviews": reports.Reviews(), "version": buildinfo.Read().String()})
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
	if !slices.Contains([]string{"serve", "demo", "vendors"}, command.Command()) {
		signal.Stop(hangups)
	}
	command.BindTo(ctx, (*context.Context)(nil))
	level := telemetry.NewLevel()
	logger := telemetry.NewLogger(stderr, level)
	telemetry.CaptureStandardLog(logger)
	p := &program{env: env, stdin: stdin, stdout: stdout, stderr: stderr, log: logger, level: level, hangups: hangups}
	err = command.Run(p, &reports.Env{Open: p.open, LookupEnv: env, Stdin: p.stdin, Stdout: stdout, Stderr: stderr, Now: time.Now})
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, "accountgraph:", err)
	if code := reports.ExitCode(err); code != 0 {
		return code
	}
	if errors.As(err, new(usageError)) {
		return exitUsage
	}
	return exitFailed
}

type serveCommand struct {
	Config string `help:"The configuration file (default: ${config})." default:"${config}" placeholder:"FILE"`
	Listen string `help:"The address to listen on, instead of the configured one." placeholder:"HOST:PORT"`
}

// Run serves the graph until ctx ends.
func (c serveCommand) Run(ctx context.Context, p *program) error {
	cfg, err := p.load(c.Config)
	if err != nil {
		return err
	}
	options := server.Options{Config: cfg, Schema: resolvers.New(), Log: p.log, Level: p.level, Env: p.env}
	reload := func() (*config.Config, error) { return p.load(c.Config) }
	return p.serve(ctx, options, c.Listen, reload, func(address string) {
		fmt.Fprintf(p.stdout, "accountgraph listens on %s://%s\n", cfg.Server.TLS.Scheme(), address)
	})
}

type demoCommand struct {
	Listen string   `help:"The address to listen on." default:"127.0.0.1:8080"`
	Origin []string `help:"An origin whose pages may send requests, besides those of development servers on this host. Repeatable." sep:"none" placeholder:"URL"`
	Open   bool     `help:"Accept clients from other hosts, as in a container with --listen 0.0.0.0:8080."`
}

// Run serves the graph of the simulated vendors until ctx ends.
func (c demoCommand) Run(ctx context.Context, p *program) error {
	simulators, err := demo.Start(0)
	if err != nil {
		return err
	}
	defer simulators.Stop()
	cfg, err := config.Parse("demo", []byte(demo.Settings(c.Origin, c.Open)+demoTelemetry+simulators.Config()), p.env, vendors.Config())
	if err != nil {
		return usageError{err}
	}
	cfg.Server.Access = true
	cfg.MCP.Enabled = true
	options := server.Options{Config: cfg, Schema: resolvers.New(), Log: p.log, Level: p.level, Env: p.env, Simulated: true}
	reload := func() (*config.Config, error) { return nil, errors.New("the demo has no configuration file") }
	return p.serve(ctx, options, c.Listen, reload, func(address string) { fmt.Fprint(p.stdout, demo.Welcome(address)) })
}

// demoTelemetry keeps the log of the demo short.
const demoTelemetry = "telemetry: {log: {requests: 0}}\n"

// load reads the configuration.
func (p *program) load(path string) (*config.Config, error) {
	cfg, err := config.Load(path, p.env, vendors.Config())
	switch {
	case err == nil:
		return cfg, nil
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("there is no configuration %s; --config names another, and `accountgraph demo` needs none", path)
	case errors.As(err, new(*config.Error)):
		err = fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	return nil, usageError{err}
}

// open builds a server that has no listener, for the commands that read the graph.
func (p *program) open(path string) (http.Handler, func(), error) {
	cfg, err := p.load(path)
	if err != nil {
		return nil, nil, err
	}
	stop := server.TuneGC(p.env)
	log := telemetry.NewLogger(p.stderr, slog.LevelWarn)
	s, err := server.New(server.Options{Config: cfg, Schema: resolvers.New(), Log: log, Embedded: true})
	if err != nil {
		stop()
		return nil, nil, usageError{err}
	}
	return s.Handler(), func() { s.Close(); stop() }, nil
}

// serve runs a server until ctx ends. listen replaces the configured address unless
// it is empty. reload returns the configuration for SIGHUP.
func (p *program) serve(ctx context.Context, o server.Options, listen string, reload func() (*config.Config, error), ready func(address string)) error {
	if err := listenOn(o.Config, listen); err != nil {
		return usageError{err}
	}
	server.TuneGC(p.env)
	var err error
	if o.SDL, err = sdl.ForClient(schema); err != nil {
		return err
	}
	s, err := server.New(o)
	if err != nil {
		return usageError{err}
	}
	defer s.Close()
	defer p.level.OnSignal(p.log)()
	defer p.onHangup(func() error {
		c, err := reload()
		if err == nil {
			err = listenOn(c, listen)
		}
		if err != nil {
			return err
		}
		return s.Reload(ctx, c)
	})()
	return s.Run(ctx, ready)
}

// listenOn replaces the configured address, unless the new one is empty.
func listenOn(c *config.Config, address string) error {
	if address == "" {
		return nil
	}
	if err := c.Server.ListenOn(address); err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	return nil
}

// onHangup reloads the configuration on each SIGHUP, until the returned function is called.
func (p *program) onHangup(reload func() error) (stop func()) {
	go func() {
		for range p.hangups {
			if err := reload(); err != nil {
				p.log.Error("configuration not reloaded, the one before stays in use", "reason", err.Error())
			}
		}
	}()
	return func() {
		signal.Stop(p.hangups)
		close(p.hangups)
	}
}

type vendorsCommand struct {
	Port    firstPort     `help:"The first of the consecutive ports; 0 takes free ones." default:"${port}"`
	Users   userCount     `help:"The number of users of each vendor, 300 or more. Without it, a vendor has up to 300." placeholder:"NUMBER"`
	Latency time.Duration `help:"How long each response is delayed." placeholder:"DURATION"`
}

// Run serves the simulated vendors until ctx ends.
func (c vendorsCommand) Run(ctx context.Context, p *program) error {
	vendors, err := demo.StartSized(int(c.Port), int(c.Users))
	if err != nil {
		return err
	}
	defer vendors.Stop()
	vendors.Delay(c.Latency)
	vendors.StopRecording()
	fmt.Fprint(p.stdout, "# Simulated vendors are running. As a configuration:\n", vendors.Config(), "# Ctrl-C stops them.\n")
	<-ctx.Done()
	return nil
}

type schemaCommand struct {
	Federation sdl.Version `help:"Print it for this version of Apollo Federation." default:"${federation}" placeholder:"VERSION"`
	Client     bool        `help:"Print it without federation, for clients and their code generators."`
}

// Run prints the SDL.
func (c schemaCommand) Run(p *program) error {
	text := sdl.For(int(c.Federation), schema)
	if c.Client {
		var err error
		if text, err = sdl.ForClient(schema); err != nil {
			return err
		}
	}
	_, err := io.WriteString(p.stdout, text)
	return err
}

type checkCommand struct {
	Config string `help:"The configuration file (default: ${config})." default:"${config}" placeholder:"FILE"`
	JSON   bool   `name:"json" help:"Print one JSON document instead of a table."`
}

// Run checks the configuration, every provider, the JWKS and Redis, and prints what it has found.
func (c checkCommand) Run(ctx context.Context, p *program) error {
	check, err := c.open(p)
	switch {
	case err != nil && !c.JSON:
		return err
	case err != nil:
		return errors.Join(err, server.ConfigurationResult(err).Write(p.stdout, true))
	}
	result := check.Run(ctx)
	return errors.Join(result.Write(p.stdout, c.JSON), result.Err())
}

// open reads the configuration. Its errors are those of usage.
func (c checkCommand) open(p *program) (*server.Check, error) {
	cfg, err := p.load(c.Config)
	if err != nil {
		return nil, err
	}
	check, err := server.NewCheck(server.Options{Config: cfg, Schema: resolvers.New()})
	if err != nil {
		return nil, usageError{err}
	}
	return check, nil
}

type versionCommand struct{}

// Run prints version, commit, date and Go version of the build.
func (versionCommand) Run(p *program) error {
	_, err := fmt.Fprintln(p.stdout, buildinfo.Read())
	return err
}

// stringFlag decodes string flags, with messages for users instead of kong's.
var stringFlag = kong.KindMapper(reflect.String, kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
	text, err := flagValue(ctx)
	target.SetString(text)
	return err
}))

// firstPort is the first port of the simulated vendors; 0 takes free ports.
type firstPort int

// Decode implements kong.MapperValue.
func (p *firstPort) Decode(ctx *kong.DecodeContext) error {
	number, err := flagNumber(ctx, 0, demo.LastFirstPort())
	*p = firstPort(number)
	return err
}

// userCount is the number of users of a simulated vendor; 0 for that of its fixed data.
type userCount int

// Decode implements kong.MapperValue.
func (c *userCount) Decode(ctx *kong.DecodeContext) error {
	number, err := flagNumber(ctx, minUsers, maxUsers)
	*c = userCount(number)
	return err
}

// The fixed data of no simulated vendor has more than minUsers.
const (
	minUsers = 300
	maxUsers = 10_000_000
)

func flagNumber(ctx *kong.DecodeContext, least, most int) (int, error) {
	text, err := flagValue(ctx)
	if err != nil {
		return 0, err
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < least || number > most {
		return 0, fmt.Errorf("must be a number from %d to %d", least, most)
	}
	return number, nil
}

func flagValue(ctx *kong.DecodeContext) (string, error) {
	token := ctx.Scan.Pop()
	if !token.IsValue() || token.String() == "" {
		return "", errors.New("needs a value")
	}
	return token.String(), nil
}
