package reports

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/client"
)

// Source are the flags that say where a command reads from.
type Source struct {
	Config        string        `help:"Read with this configuration file, in this process (default: ${config})." default:"${config}" placeholder:"FILE"`
	Server        string        `help:"Read from a running server instead." placeholder:"URL"`
	Token         string        `help:"The bearer token for the server; better in the environment, as ACCOUNTGRAPH_TOKEN." placeholder:"TOKEN"`
	Header        []string      `help:"A header for the server, as in \"Name: value\". Repeatable." sep:"none" placeholder:"HEADER"`
	AllowInsecure bool          `help:"Send the token over http to another host."`
	Rate          float64       `help:"The number of pages that are read of each provider in a second; 0 is no limit." default:"50" placeholder:"NUMBER"`
	RetryFor      time.Duration `help:"How long a page is tried again while a provider fails." default:"1m" placeholder:"DURATION"`
}

// open returns a client, and a function that releases what it uses.
func (s Source) open(env *Env) (*client.Client, func(), error) {
	if s.Rate < 0 {
		return nil, nil, usage("--rate: must not be negative")
	}
	header, err := s.headers(env)
	if err != nil {
		return nil, nil, err
	}
	o := client.Options{Header: header, Rate: s.Rate, RetryFor: s.RetryFor}
	if s.Server == "" {
		handler, closer, err := env.Open(s.Config)
		if err != nil {
			return nil, nil, err
		}
		o.URL, o.Transport = client.HandlerURL, client.HandlerTransport{Handler: handler}
		return client.New(o), closer, nil
	}
	if o.URL, err = s.endpoint(len(header) > 0); err != nil {
		return nil, nil, err
	}
	return client.New(o), func() {}, nil
}

// tokenVariable holds the token where --token is not used.
const tokenVariable = "ACCOUNTGRAPH_TOKEN"

func (s Source) headers(env *Env) (http.Header, error) {
	header := http.Header{}
	token := s.Token
	if token == "" && s.Server != "" {
		token, _ = env.LookupEnv(tokenVariable)
	}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	for _, line := range s.Header {
		name, value, found := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !found || name == "" || strings.ContainsAny(line, "\r\n") || strings.ContainsAny(name, " \t") {
			return nil, usage("--header: must be a name and a value, as in \"Name: value\"")
		}
		header.Add(name, strings.TrimSpace(value))
	}
	return header, nil
}

// endpoint returns the URL of the GraphQL endpoint. Credentials are sent over http to this
// host only.
func (s Source) endpoint(hasCredentials bool) (string, error) {
	u, err := url.Parse(s.Server)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", usage("--server: must be a URL such as https://graph.example.com")
	}
	if u.Scheme == "http" && hasCredentials && !isLoopback(u.Hostname()) && !s.AllowInsecure {
		return "", usage("--server: a token or header is not sent over http to another host; use https, or --allow-insecure")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/graphql"
	}
	return u.String(), nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && net.IP(ip.AsSlice()).IsLoopback()
}
