package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"time"
)

// newHTTPServer returns a server with the limits of an HTTP exchange with a client.
func (s *Server) newHTTPServer(handler http.Handler, c *connections) *http.Server {
	l := s.limits
	return &http.Server{
		Handler: withoutWaiting(handler), ReadHeaderTimeout: l.ReadHeaderTime, ReadTimeout: l.ReadTime,
		WriteTimeout: l.ReadTime + l.OperationTime + responseTimeout, IdleTimeout: l.IdleTime, MaxHeaderBytes: l.HeaderBytes,
		ErrorLog: httpErrors{s.log}.logger(), HTTP2: &http.HTTP2Config{MaxConcurrentStreams: maxStreams}, ConnState: c.observe,
	}
}

// serve serves a listener, with TLS if there are certificates.
func serve(server *http.Server, listener net.Listener, c *certificates) error {
	if c == nil {
		return server.Serve(listener)
	}
	server.TLSConfig = c.config()
	return server.ServeTLS(listener, "", "")
}

// Run listens and serves until ctx ends, and waits for requests in flight. It calls
// ready with the address once it listens.
func (s *Server) Run(ctx context.Context, ready func(address string)) error {
	s.boundConnections(openFiles())
	public, err := listen(s.address)
	if err != nil {
		return err
	}
	server := s.newHTTPServer(s.handler, s.connections)
	failed, served := make(chan error, 1), make(chan error, 1)
	if s.adminAddress != "" {
		second, err := listen(s.adminAddress)
		if err != nil {
			_ = public.Close()
			return err
		}
		admin := s.newHTTPServer(s.admin, s.adminConnections)
		var own *certificates
		if s.options.Config.Server.TLS.Admin {
			own = s.certificates
		}
		go func() { failed <- serve(admin, second, own) }()
		defer admin.Close()
		s.log.Info("listening for health and metrics", "address", second.Addr().String())
	}
	go func() { served <- serve(server, public, s.certificates) }()
	if s.certificates != nil {
		watching, stop := context.WithCancel(ctx)
		defer stop()
		go s.certificates.watch(watching)
	}
	address := public.Addr().String()
	ready(address)
	if keys := s.tellsSchema; len(keys) > 0 {
		s.log.Warn("clients of other hosts can read the schema; set these keys to false unless they should", "keys", keys)
	}
	s.log.Info("listening", "address", address, "providers", s.providers, "documents", s.documents, "pid", os.Getpid())
	select {
	case err := <-failed:
		return err
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	s.log.Info("stopping")
	// Load balancers see /readyz fail meanwhile, and responses ask clients to close their
	// connections.
	select {
	case err := <-failed:
		return err
	case err := <-served:
		return err
	case <-time.After(s.limits.ShutdownDelay):
	}
	timeout, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.OperationTime+afterOperation)
	defer cancel()
	_ = public.Close()
	<-served // no connection is accepted any more, and all are counted
	// From Shutdown on, net/http drops HTTP/1 requests whose header it has read. Until then each
	// gets its response, which closes the connection.
	s.connections.drain(timeout)
	if err := server.Shutdown(timeout); errors.Is(err, context.DeadlineExceeded) {
		return errors.New("shutdown timed out with requests in flight")
	}
	return nil
}
