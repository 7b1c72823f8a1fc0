package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/accountgraph/accountgraph/internal/config"
)

// certificateInterval is the time between two looks at the files of a certificate.
const certificateInterval = time.Second

// maxStreams bounds the requests in flight of an HTTP/2 connection.
const maxStreams = 100

// certificates serves the certificate of two files, and reads it again when they change. It is
// safe for concurrent use.
type certificates struct {
	log     *slog.Logger
	current atomic.Pointer[tls.Certificate]

	mu    sync.Mutex
	files config.TLS
	// loaded is the state of the files that current was read from, and failed the one that could
	// not be used.
	loaded, failed fileState
	// reported is set when the log has a line for failed.
	reported bool
}

// openCertificates reads a certificate. Its errors are those of the configuration.
func openCertificates(files config.TLS, log *slog.Logger) (*certificates, error) {
	state := stateOf(files)
	certificate, err := readCertificate(files)
	if err != nil {
		return nil, err
	}
	c := &certificates{log: log, files: files, loaded: state}
	c.use(certificate)
	return c, nil
}

// config returns the settings of a TLS listener.
func (c *certificates) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

// watch reads the certificate again when its files have changed, until ctx ends.
func (c *certificates) watch(ctx context.Context) {
	tick := time.NewTicker(certificateInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			c.refresh()
		}
	}
}

// refresh reads the certificate if its files have changed. Files that cannot be used are
// reported when they are the same the next time: they may be replaced one after the other.
func (c *certificates) refresh() {
	c.mu.Lock()
	defer c.mu.Unlock()
	state := stateOf(c.files)
	if state == c.loaded || state == c.failed && c.reported {
		return
	}
	certificate, err := readCertificate(c.files)
	switch {
	case err == nil:
		c.loaded, c.failed = state, fileState{}
		c.use(certificate)
		c.log.Info("certificate reloaded", "expires", certificate.Leaf.NotAfter.UTC())
	case state == c.failed:
		c.reported = true
		c.log.Error("certificate not reloaded, the one before stays in use", "reason", err.Error())
	default:
		c.failed, c.reported = state, false
	}
}

// replace uses another certificate, and watches its files.
func (c *certificates) replace(files config.TLS, certificate *tls.Certificate, state fileState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.files, c.loaded, c.failed = files, state, fileState{}
	c.use(certificate)
}

func (c *certificates) use(certificate *tls.Certificate) {
	c.current.Store(certificate)
	if expires := certificate.Leaf.NotAfter; time.Now().After(expires) {
		c.log.Warn("the certificate has expired", "expires", expires.UTC())
	}
}

// fileState is when the two files were changed, and how long they are.
type fileState struct{ certificate, key fileStat }

type fileStat struct {
	modified time.Time
	size     int64
}

// stateOf returns the zero state of a file that does not exist.
func stateOf(files config.TLS) fileState {
	stat := func(path string) fileStat {
		info, err := os.Stat(path)
		if err != nil {
			return fileStat{}
		}
		return fileStat{info.ModTime(), info.Size()}
	}
	return fileState{stat(files.Certificate), stat(files.Key)}
}

// readCertificate reads and parses the two files. Its errors name the key of the configuration,
// and quote nothing of the files.
func readCertificate(files config.TLS) (*tls.Certificate, error) {
	chain, err := readPEM("server.tls.certificate", files.Certificate)
	if err != nil {
		return nil, err
	}
	key, err := readPEM("server.tls.key", files.Key)
	if err != nil {
		return nil, err
	}
	certificate, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, fmt.Errorf("server.tls: %w", err)
	}
	return &certificate, nil
}

func readPEM(key, path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	var open *fs.PathError
	if errors.As(err, &open) {
		err = open.Err
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s cannot be read: %w", key, path, err)
	}
	return text, nil
}

// httpErrors writes what http.Server logs. A failed TLS handshake, which every port scan and
// probe of a load balancer is, has the level debug, without the client's address.
type httpErrors struct{ log *slog.Logger }

func (e httpErrors) logger() *log.Logger { return log.New(e, "", 0) }

// Write implements io.Writer.
func (e httpErrors) Write(line []byte) (int, error) {
	text := bytes.TrimSpace(line)
	if rest, ok := bytes.CutPrefix(text, []byte("http: TLS handshake error from ")); ok {
		_, reason, _ := bytes.Cut(rest, []byte(": "))
		e.log.Debug("TLS handshake failed", "reason", string(reason))
		return len(line), nil
	}
	e.log.Warn(string(text))
	return len(line), nil
}
